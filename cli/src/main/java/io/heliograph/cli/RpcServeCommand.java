package io.heliograph.cli;

import io.heliograph.Address;
import io.heliograph.http.Origins;
import io.heliograph.rpc.RpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code helio rpc serve}: a server to try clients with. */
@Command(
        name = "serve",
        description = {
            "Listens and prints what happens, one JSON object a line: first {\"event\":\"listening\",\"url\":…}.",
            "",
            "With --demo it has the methods sum ([a,b] or {\"a\":…,\"b\":…}), echo, whoami (the login name or null), fail,"
                    + " and secret, which is protected; the event tick, once a second with a counter; the event alerts, which is"
                    + " protected; and the login {\"username\":\"demo\",\"password\":\"demo\"}.",
            ""
        },
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc serve --port 8080 --demo"})
final class RpcServeCommand implements Callable<Integer> {

    /** What clients may speak. */
    enum Speech {
        auto,
        msgpack
    }

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(names = "--port", required = true, paramLabel = "N", description = "The port; 0 for a free one.")
    int port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The host to bind (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Option(names = "--demo", description = "Registers the methods and events named above.")
    boolean demo;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "auto",
            description =
                    "auto reads JSON and MessagePack, msgpack that alone (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Speech codec;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "Lets web pages of this origin connect, such as https://example.com or *:*; may be repeated"
                    + " (default: those of the same host and port).")
    List<String> origins = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Also listens there for clients of this library: unix:/path or tcp://host:port; may be repeated.")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    RpcServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, false);
        RpcServer server = build();
        RpcDemo registered = demo ? RpcDemo.on(server) : null;
        server.onListening(
                () -> printer.print(Event.of("listening").text("url", "ws://" + host + ":" + server.port() + "/")));
        server.onConnection(socket ->
                printer.print(Event.of("connection").text("id", socket.id()).text("namespace", socket.namespace())));
        server.onDisconnect((socket, reason) ->
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
            throw PortFailure.of(e, "--port");
        } finally {
            if (registered != null) {
                registered.stop();
            }
            server.closeGracefully(Duration.ofSeconds(1)).join();
        }
        return Helio.DONE;
    }

    private RpcServer build() {
        try {
            RpcServer.Builder builder =
                    RpcServer.builder().host(host).port(port).messagePackOnly(codec == Speech.msgpack);
            if (!origins.isEmpty()) {
                builder.origins(Origins.of(origins));
            }
            addresses.forEach(address -> builder.listenOn(Address.parse(address)));
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }
}
