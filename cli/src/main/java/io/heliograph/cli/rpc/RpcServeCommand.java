package io.heliograph.cli.rpc;

import io.heliograph.Address;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.Reload;
import io.heliograph.cli.option.ServerOptions;
import io.heliograph.http.Origins;
import io.heliograph.rpc.RpcServer;
import io.heliograph.tls.ServerTls;
import io.heliograph.web.WebServer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio rpc serve}: a server for trying clients. */
@Command(
        name = "serve",
        description = {
            "Listens and prints events, one JSON object per line, beginning with {\"event\":\"listening\",\"url\":…}.",
            "",
            "With --demo it has the methods sum ([a,b] or {\"a\":…,\"b\":…}), echo, sleep ([milliseconds]), whoami (the login"
                    + " name or null), fail, and secret, which is protected; the event tick, once a second with a counter; the event alerts, which is"
                    + " protected; and the login {\"username\":\"demo\",\"password\":\"demo\"}.",
            ""
        },
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc serve --demo"})
final class RpcServeCommand extends EventCommand {

    /** Accepted encodings. */
    enum Encoding {
        auto,
        msgpack
    }

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerOptions options;

    @Option(names = "--demo", description = "Registers these methods and events.")
    boolean demo;

    @Option(
            order = 7,
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "auto",
            description =
                    "auto accepts JSON and MessagePack, msgpack MessagePack only (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Encoding codec;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Further address for Heliograph clients: unix:/path or tcp://host:port; may be repeated.")
    List<String> addresses = new ArrayList<>();

    RpcServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        ServerTls tls = build(options::load);
        WebServer web =
                build(() -> options.web(tls, options.tls.requiresCertificate(), "client certificates with --ca"));
        RpcServer server = build(() -> newRpcServer(web));
        RpcDemo registered = demo ? RpcDemo.on(server) : null;
        server.onConnection(socket -> printer.print(Event.of("connection")
                .text("id", socket.id())
                .text("namespace", socket.namespace())
                .text("peer", socket.peer().toString())));
        server.onDisconnection((socket, reason) ->
                printer.print(Event.of("disconnection").text("id", socket.id()).reason(reason)));
        server.onError(failure -> printer.print(Event.failure("error", failure)));
        Reload.atHangup(terminal, printer, tls, () -> {});
        try {
            operate(
                    printer,
                    options.grace.duration,
                    () -> thenServe(server.listen().thenCompose(ready -> web.listen()), () -> {
                        printer.print(Event.of("listening").text("url", options.url("ws", web.port(), "/")));
                        if (registered != null) {
                            registered.start();
                        }
                    }),
                    failure -> BindFailure.of(failure, "--port"),
                    server,
                    web);
        } finally {
            if (registered != null) {
                registered.stop();
            }
        }
    }

    private RpcServer newRpcServer(WebServer web) {
        RpcServer.Builder builder = RpcServer.builder().on(web).messagePackOnly(codec == Encoding.msgpack);
        Origins origins = options.origins();
        if (origins != null) {
            builder.origins(origins);
        }
        addresses.forEach(address -> builder.listenOn(Address.parse(address)));
        return builder.build();
    }
}
