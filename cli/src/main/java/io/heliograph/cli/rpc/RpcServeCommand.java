package io.heliograph.cli.rpc;

import io.heliograph.Address;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.http.Origins;
import io.heliograph.rpc.RpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code helio rpc serve}: a server for trying clients. */
@Command(
        name = "serve",
        description = {
            "Listens and prints events, one JSON object per line, beginning with {\"event\":\"listening\",\"url\":…}.",
            "",
            "With --demo it has the methods sum ([a,b] or {\"a\":…,\"b\":…}), echo, whoami (the login name or null), fail,"
                    + " and secret, which is protected; the event tick, once a second with a counter; the event alerts, which is"
                    + " protected; and the login {\"username\":\"demo\",\"password\":\"demo\"}.",
            ""
        },
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc serve --port 8080 --demo"})
final class RpcServeCommand extends BaseCommand {

    /** Accepted encodings. */
    enum Encoding {
        auto,
        msgpack
    }

    @Option(names = "--port", required = true, paramLabel = "N", description = "Port; 0 selects a free one.")
    int port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address to bind (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Option(names = "--demo", description = "Registers these methods and events.")
    boolean demo;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "auto",
            description =
                    "auto accepts JSON and MessagePack, msgpack MessagePack only (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Encoding codec;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "Accepted origin of web pages, such as https://example.com or *:*; may be repeated"
                    + " (default: pages of the same host and port).")
    List<String> origins = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Further address for Heliograph clients: unix:/path or tcp://host:port; may be repeated.")
    List<String> addresses = new ArrayList<>();

    RpcServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, false);
        RpcServer server = build(this::newRpcServer);
        RpcDemo registered = demo ? RpcDemo.on(server) : null;
        server.onListening(
                () -> printer.print(Event.of("listening").text("url", "ws://" + host + ":" + server.port() + "/")));
        server.onConnection(socket ->
                printer.print(Event.of("connection").text("id", socket.id()).text("namespace", socket.namespace())));
        server.onDisconnection((socket, reason) ->
                printer.print(Event.of("disconnection").text("id", socket.id()).reason(reason)));
        server.onError(failure -> printer.print(Event.failure("error", failure)));
        try {
            server.listen().join();
            if (registered != null) {
                registered.start();
            }
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), server.closed())
                    .join();
        } catch (CompletionException e) {
            throw BindFailure.of(e, "--port");
        } finally {
            if (registered != null) {
                registered.stop();
            }
            server.closeGracefully(Duration.ofSeconds(1)).join();
        }
        return ExitCode.SUCCESS;
    }

    private RpcServer newRpcServer() {
        RpcServer.Builder builder =
                RpcServer.builder().host(host).port(port).messagePackOnly(codec == Encoding.msgpack);
        if (!origins.isEmpty()) {
            builder.origins(Origins.of(origins));
        }
        addresses.forEach(address -> builder.listenOn(Address.parse(address)));
        return builder.build();
    }
}
