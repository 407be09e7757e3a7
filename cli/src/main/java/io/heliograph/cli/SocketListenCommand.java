package io.heliograph.cli;

import io.heliograph.socket.DataType;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketServer;
import io.heliograph.tls.ClientAuth;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio socket listen}: a server that tells what it receives, and sends what it reads. */
@Command(
        name = "listen",
        description = {
            "Listens on a TCP port and prints what happens, one JSON object a line.",
            "",
            "Standard input takes one JSON value a line, which goes to all connections;"
                    + " {\"id\":1,\"data\":…} goes to one. At its end the server goes on."
                    + " SIGINT (Ctrl-C) and SIGTERM write what waits and end with 0.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio socket listen 4000 --receive int --send double --framed",
            "  helio socket listen 0 --host 127.0.0.1 --tls --cert server.p12 --password-file secret.txt"
        })
final class SocketListenCommand implements Callable<Integer> {

    /** See {@link ClientAuth}. */
    enum Auth {
        none(ClientAuth.NONE),
        request(ClientAuth.REQUEST),
        required(ClientAuth.REQUIRED);

        final ClientAuth mode;

        Auth(ClientAuth mode) {
            this.mode = mode;
        }
    }

    private static final Duration STALLED = Duration.ofSeconds(2);

    private final Terminal terminal;
    private final Map<Long, Socket> sockets = new ConcurrentHashMap<>();
    private long lastId;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PORT", description = "The port; 0 takes a free one.")
    int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    SocketTypeOptions options;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "The address to listen on (default: ${DEFAULT-VALUE}, which all others can reach).")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Option(names = "--echo", description = "Sends each value back to where it came from.")
    boolean echo;

    @Option(
            names = "--client-auth",
            paramLabel = "MODE",
            defaultValue = "none",
            description =
                    "Whether clients are asked for a certificate (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Auth clientAuth;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "4096",
            description = "How many connections may be open (default: ${DEFAULT-VALUE}).")
    int maxConnections;

    SocketListenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        SocketServer server = build();
        tell(server, printer);
        StandardInput<SocketInput> input = new StandardInput<>(
                terminal.in(),
                options.maxLine(),
                printer,
                line -> SocketInput.parse(line, options.input(), true),
                sender(server, printer));
        try {
            server.listen().join();
            input.start();
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), server.closed())
                    .join();
        } catch (CompletionException e) {
            throw PortFailure.of(e, "port");
        } finally {
            input.stop();
            server.closeGracefully(options.peer.grace).join();
        }
        return Helio.DONE;
    }

    private SocketServer build() {
        try {
            SocketServer.Builder builder = SocketServer.builder(host, port)
                    .receive(options.receiveType())
                    .send(options.send)
                    .rawBytes(!options.framed)
                    .idleTimeout(options.idle)
                    .linger(options.peer.grace)
                    .maxMessageBytes(options.maxMessage)
                    .maxQueuedBytes(options.peer.maxQueue)
                    .maxConnections(maxConnections);
            if (options.tls(clientAuth != Auth.none)) {
                builder.tls(options.tlsFiles.server(clientAuth.mode));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private void tell(SocketServer server, EventPrinter printer) {
        DataType type = options.receiveType();
        SocketEventsPrinter events = new SocketEventsPrinter(printer, type, options.images);
        server.onListening(
                real -> printer.print(Event.of("listening").text("host", host).number("port", real)));
        server.onConnection(socket -> {
            long id = ++lastId;
            sockets.put(id, socket);
            printer.print(SocketEventsPrinter.event("connection", id)
                    .text("remoteHost", socket.remoteHost())
                    .number("remotePort", socket.remotePort()));
            events.follow(socket, id);
            socket.onClose(reason -> sockets.remove(id));
            if (echo) {
                socket.onData(socket::send);
            }
        });
        server.onError(error -> printer.print(Event.failure("error", error)));
    }

    private StandardInput.Sender<SocketInput> sender(SocketServer server, EventPrinter printer) {
        Pacer pacer = new Pacer(() -> server.stats().queuedBytes(), options.peer.maxQueue, STALLED);
        return (input, line) -> {
            pacer.await(input.size());
            if (input.id() == 0) {
                sockets.values().forEach(socket -> socket.send(input.data()));
                return;
            }
            Socket socket = sockets.get(input.id());
            if (socket != null) {
                socket.send(input.data());
            } else {
                printer.print(Event.of("error")
                        .text("name", "InputError")
                        .text("message", "line " + line + ": no connection " + input.id()));
            }
        };
    }
}
