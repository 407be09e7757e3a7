package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.PacketOptions;
import io.heliograph.cli.option.Reload;
import io.heliograph.cli.option.ServerOptions;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.Origins;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.tls.ServerTls;
import io.heliograph.web.WebServer;
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
            "Listens on this machine only. Another --host needs an authentication key, and then only authenticated clients"
                    + " publish; --allow-anonymous lets everyone publish.",
            "",
            "SIGINT (Ctrl-C) and SIGTERM answer pending requests, flush the queues and exit with 0. SIGHUP reads"
                    + " certificates and keys again.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio serve --demo",
            "  helio serve --host 0.0.0.0 --auth-key-file key.txt --origin https://example.com",
            "  helio serve --cert server.p12 --password-file secret.txt",
            "  helio serve --port 0"
        })
public final class ServeCommand extends EventCommand {

    /** Maximum length of the path and the origin of a client in an event, in characters. */
    private static final int MAX_PATH = 200;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerOptions options;

    @Option(
            order = 1,
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/socketcluster/",
            description = "Path of the WebSocket (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String path;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PacketOptions packets;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    AuthKeyOptions authKey;

    @Option(
            order = 0,
            names = "--demo",
            description =
                    "Serves a chat page at /, the procedures echo, sum, sleep, time, fail and login, the receiver log, and"
                            + " the channels chat, ticks and members.")
    boolean demo;

    public ServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        ServerTls tls = build(options::load);
        WebServer web = build(() -> web(tls));
        RealtimeServer server = build(() -> server(web));
        print(server, printer);
        boolean loginToPublish = !options.host.allowsAnonymous() && !options.host.isLoopback();
        RealtimeDemo served = demo ? new RealtimeDemo(server, printer, loginToPublish) : null;
        if (served == null && loginToPublish) {
            server.middleware(Action.PublishIn.class, Middleware.of(ServeCommand::checkPublish));
        }
        Reload.atHangup(terminal, printer, tls, () -> authKey.reload(server, spec));
        try {
            operate(
                    printer,
                    options.grace.duration,
                    () -> thenServe(server.listen().thenCompose(ready -> web.listen()), () -> {
                        printer.print(Event.of("listening").text("url", options.url("ws", web.port(), path)));
                        if (served != null) {
                            served.start();
                            printer.print(Event.of("page").text("url", options.url("http", web.port(), "/")));
                        }
                    }),
                    failure -> BindFailure.of(failure, "--port"),
                    server,
                    web);
        } finally {
            if (served != null) {
                served.close();
            }
        }
    }

    static Decision checkPublish(Action.PublishIn publish) {
        return publish.socket().isAuthenticated()
                ? Decision.allow()
                : Decision.block("NotAuthenticatedError", "log in before you publish");
    }

    private WebServer web(@Nullable ServerTls tls) {
        WebServer web = options.web(tls, authKey.isPresent() && !demo, "--auth-key-file");
        if (demo) {
            RealtimeDemo.pages(web);
        }
        return web;
    }

    private RealtimeServer server(WebServer web) {
        RealtimeServer.Builder builder = RealtimeServer.builder()
                .on(web)
                .path(path)
                .protocolVersion(packets.protocol)
                .rejectUnknownProcedures(true)
                .socketStreamCleanupMode(StreamCleanup.CLOSE)
                .codec(packets.codec.codec());
        Origins origins = options.origins();
        if (origins != null) {
            builder.origins(origins);
        }
        authKey.applyTo(builder, spec);
        return builder.build();
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
        server.on(
                ServerEvent.Warning.class,
                event -> printer.print(
                        client(Event.failure("warning", event.warning()), event.socket(), event.request())));
        server.on(ServerEvent.Failure.class, event -> printer.print(Event.failure("error", event.error())));
    }

    /** Adds the client of a warning, as far as it is known. */
    private static Event client(Event event, @Nullable RealtimeSocket socket, @Nullable HttpRequest request) {
        if (socket != null) {
            event.text("id", socket.id());
        }
        if (request != null) {
            event.text("peer", request.peer().toString()).text("path", Printable.of(request.path(), MAX_PATH));
            request.headers().first("Origin").ifPresent(origin -> event.text("origin", Printable.of(origin, MAX_PATH)));
        }
        return event;
    }
}
