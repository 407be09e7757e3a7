package io.heliograph.cli;

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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code helio serve}: a realtime server, which browsers and Node programs talk to with socketcluster-client. */
@Command(
        name = "serve",
        description = {
            "Serves SocketCluster clients, and prints what happens, one JSON object a line.",
            "",
            "SIGINT (Ctrl-C) and SIGTERM write what waits and end with 0.",
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
final class ServeCommand implements Callable<Integer> {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8000",
            description = "The port; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The address to listen on (default: all; with --demo 127.0.0.1).")
    @Nullable
    String host;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/socketcluster/",
            description = "The path of the WebSocket (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String path;

    @Option(
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "The version of the protocol, 1 or 2; clients must be set alike (default: ${DEFAULT-VALUE}).")
    int protocol;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "json",
            description =
                    "json, or min-bin for sc-codec-min-bin; clients must be set alike (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions.Codec codec;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description =
                    "Pages from where browsers may connect, such as https://example.com, example.com:* or *:*; may be"
                            + " repeated (default: pages of this server).")
    List<String> origins = new ArrayList<>();

    @Option(
            names = "--auth-key",
            paramLabel = "KEY",
            description =
                    "The secret that signs tokens. Others can see it in the list of processes: prefer --auth-key-file.")
    @Nullable
    String authKey;

    @Option(
            names = "--auth-key-file",
            paramLabel = "FILE",
            description =
                    "A file that holds the secret (default: the variable HELIO_AUTH_KEY, or a new secret at each start).")
    @Nullable
    Path authKeyFile;

    @Option(
            names = "--tls",
            description = "TLS, with the certificate of --cert: clients connect to wss:// and https://.")
    boolean tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsFiles tlsFiles;

    @Option(
            names = "--demo",
            description =
                    "Serves a page to chat on at /, the procedures echo, sum, time, fail and login, the receiver log, and"
                            + " the channels chat, ticks and members.")
    boolean demo;

    @Option(
            order = 99,
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, false);
        WebServer web = web();
        RealtimeServer server = server(web);
        tell(server, printer);
        Demo served = demo ? new Demo(server, printer) : null;
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
            throw PortFailure.of(e, "--port");
        } finally {
            if (served != null) {
                served.close();
            }
            server.closeGracefully(GRACE).join();
            web.closeGracefully(GRACE).join();
        }
        return Helio.DONE;
    }

    private WebServer web() {
        try {
            WebServer.Builder builder = WebServer.builder().port(port);
            if (tls) {
                // Clients must have a certificate where their authorities are named.
                builder.tls(tlsFiles.server(tlsFiles.ca == null ? ClientAuth.NONE : ClientAuth.REQUIRED));
            }
            String address = host != null ? host : demo ? "127.0.0.1" : null;
            if (address != null) {
                builder.host(address);
            }
            WebServer web = builder.build();
            if (demo) {
                Demo.pages(web);
            }
            return web;
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    private RealtimeServer server(WebServer web) {
        try {
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
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    private ParameterException wrong(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), Event.messageOf(e), e);
    }

    private @Nullable String authKey() {
        if (authKey != null) {
            return authKey;
        }
        if (authKeyFile != null) {
            return Secrets.fromFile(spec, "--auth-key-file", authKeyFile);
        }
        return System.getenv("HELIO_AUTH_KEY");
    }

    private static void tell(RealtimeServer server, EventPrinter printer) {
        server.on(
                ServerEvent.Connection.class,
                connected -> printer.print(Event.of("connection")
                        .text("id", connected.id())
                        .text("peer", connected.socket().request().peer().toString())));
        server.on(
                ServerEvent.Disconnection.class,
                lost -> printer.print(Event.closed("disconnection", lost.code(), lost.reason())
                        .text("id", lost.socket().id())));
        server.on(ServerEvent.Warning.class, warned -> printer.print(Event.failure("warning", warned.warning())));
        server.on(ServerEvent.Failure.class, failed -> printer.print(Event.failure("error", failed.error())));
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
