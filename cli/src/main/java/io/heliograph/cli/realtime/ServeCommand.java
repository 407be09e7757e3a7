package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.cli.option.SecretFile;
import io.heliograph.cli.option.TlsFiles;
import io.heliograph.http.Origins;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.tls.ClientAuth;
import io.heliograph.web.WebServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio serve}: a realtime server for browsers and Node programs with socketcluster-client. */
@Command(
        name = "serve",
        description = {
            "Serves SocketCluster clients and prints events, one JSON object per line.",
            "",
            "SIGINT (Ctrl-C) and SIGTERM flush the queues and exit with 0.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio serve --demo",
            "  helio serve --port 8000 --auth-key-file key.txt --origin https://example.com",
            "  helio serve --tls --cert server.p12 --password-file secret.txt",
            "  helio serve --port 0 --host 127.0.0.1"
        })
final class ServeCommand extends BaseCommand {

    private static final Duration GRACE = Duration.ofSeconds(5);

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8000",
            description = "Port; 0 selects a free one (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Address to bind (default: all; with --demo 127.0.0.1).")
    @Nullable
    String host;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/socketcluster/",
            description = "Path of the WebSocket (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String path;

    @Option(
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "Protocol version, 1 or 2; must match the clients (default: ${DEFAULT-VALUE}).")
    int protocol;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "json",
            description = "json, or min-bin for sc-codec-min-bin; must match the clients (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions.Codec codec;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "Accepted origin of web pages, such as https://example.com, example.com:* or *:*; may be"
                    + " repeated (default: pages of this server).")
    List<String> origins = new ArrayList<>();

    @Option(
            names = "--auth-key",
            paramLabel = "KEY",
            description = "Secret that signs tokens. Visible in the list of processes: prefer --auth-key-file.")
    @Nullable
    String authKey;

    @Option(
            names = "--auth-key-file",
            paramLabel = "FILE",
            description = "File with the secret (default: the variable HELIO_AUTH_KEY, or a new secret at each start).")
    @Nullable
    Path authKeyFile;

    @Option(
            names = "--tls",
            description = "Enables TLS with the certificate of --cert: clients connect to wss:// and https://.")
    boolean tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsFiles tlsFiles;

    @Option(
            names = "--demo",
            description =
                    "Serves a chat page at /, the procedures echo, sum, time, fail and login, the receiver log, and"
                            + " the channels chat, ticks and members.")
    boolean demo;

    ServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, false);
        WebServer web = build(this::web);
        RealtimeServer server = build(() -> server(web));
        print(server, printer);
        RealtimeDemo served = demo ? new RealtimeDemo(server, printer) : null;
        try {
            server.listen().join();
            web.listen().join();
            printer.print(Event.of("listening").text("url", url(web)));
            if (served != null) {
                served.start();
                printer.print(Event.of("page").text("url", page(web)));
            }
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), web.closed())
                    .join();
        } catch (CompletionException e) {
            throw BindFailure.of(e, "--port");
        } finally {
            if (served != null) {
                served.close();
            }
            server.closeGracefully(GRACE).join();
            web.closeGracefully(GRACE).join();
        }
        return ExitCode.SUCCESS;
    }

    private WebServer web() {
        WebServer.Builder builder = WebServer.builder().port(port);
        if (tls) {
            // --ca requires client certificates.
            builder.tls(tlsFiles.server(tlsFiles.ca == null ? ClientAuth.NONE : ClientAuth.REQUIRED));
        }
        String address = host != null ? host : demo ? "127.0.0.1" : null;
        if (address != null) {
            builder.host(address);
        }
        WebServer web = builder.build();
        if (demo) {
            RealtimeDemo.pages(web);
        }
        return web;
    }

    private RealtimeServer server(WebServer web) {
        RealtimeServer.Builder builder = RealtimeServer.builder()
                .on(web)
                .path(path)
                .protocolVersion(protocol)
                .socketStreamCleanupMode(StreamCleanup.CLOSE)
                .codec(codec.codec());
        if (!origins.isEmpty()) {
            builder.origins(Origins.of(origins.toArray(new String[0])));
        }
        String key = authKey();
        if (key != null) {
            builder.authKey(key);
        }
        return builder.build();
    }

    private @Nullable String authKey() {
        if (authKey != null) {
            return authKey;
        }
        if (authKeyFile != null) {
            return SecretFile.read(spec, "--auth-key-file", authKeyFile);
        }
        return System.getenv("HELIO_AUTH_KEY");
    }

    private static void print(RealtimeServer server, EventPrinter printer) {
        server.on(
                ServerEvent.Connection.class,
                event -> printer.print(Event.of("connection")
                        .text("id", event.id())
                        .text("peer", event.socket().request().peer().toString())));
        server.on(
                ServerEvent.Disconnection.class,
                event -> printer.print(Event.closed("disconnection", event.code(), event.reason())
                        .text("id", event.socket().id())));
        server.on(ServerEvent.Warning.class, event -> printer.print(Event.failure("warning", event.warning())));
        server.on(ServerEvent.Failure.class, event -> printer.print(Event.failure("error", event.error())));
    }

    private String url(WebServer web) {
        return (tls ? "wss://" : "ws://") + shownHost() + ":" + web.port() + path;
    }

    private String page(WebServer web) {
        return (tls ? "https://" : "http://") + shownHost() + ":" + web.port() + "/";
    }

    private String shownHost() {
        String name = host == null ? "localhost" : host;
        return name.indexOf(':') >= 0 ? "[" + name + "]" : name;
    }
}
