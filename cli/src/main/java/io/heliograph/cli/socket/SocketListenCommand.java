package io.heliograph.cli.socket;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.socket.DataType;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketServer;
import io.heliograph.tls.ClientAuth;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio socket listen}: a server; prints received values and sends standard input. */
@Command(
        name = "listen",
        description = {
            "Listens on a TCP port and prints events, one JSON object per line.",
            "",
            "Sends each line of standard input, a JSON value, to all connections, and {\"id\":1,\"data\":…} to one connection."
                    + " The server continues at the end of the input."
                    + " SIGINT (Ctrl-C) and SIGTERM flush the queues and exit with 0.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio socket listen 4000 --receive int --send double --framed",
            "  helio socket listen 0 --host 127.0.0.1 --tls --cert server.p12 --password-file secret.txt"
        })
final class SocketListenCommand extends BaseCommand {

    /** Option values for {@link ClientAuth}. */
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

    private final Map<Long, Socket> sockets = new ConcurrentHashMap<>();
    private long lastId;

    @Parameters(index = "0", paramLabel = "PORT", description = "Port; 0 selects a free one.")
    int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    SocketOptions options;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "Address to bind (default: ${DEFAULT-VALUE}, reachable from other machines).")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Option(names = "--echo", description = "Sends each value back to its sender.")
    boolean echo;

    @Option(
            names = "--client-auth",
            paramLabel = "MODE",
            defaultValue = "none",
            description = "Request for client certificates (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Auth clientAuth;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Maximum number of connections (default: ${DEFAULT-VALUE}).")
    int maxConnections;

    SocketListenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        SocketServer server = build(this::newSocketServer);
        print(server, printer);
        StandardInput<ValueLine> input = new StandardInput<>(
                terminal.in(),
                options.maxLine(),
                printer,
                line -> ValueLine.parse(line, options.input(), true),
                sender(server, printer));
        try {
            server.listen().join();
            input.start();
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), server.closed())
                    .join();
        } catch (CompletionException e) {
            throw BindFailure.of(e, "port");
        } finally {
            input.stop();
            server.closeGracefully(options.peer.grace).join();
        }
        return ExitCode.SUCCESS;
    }

    private SocketServer newSocketServer() {
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
    }

    private void print(SocketServer server, EventPrinter printer) {
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
            socket.onDisconnect(reason -> sockets.remove(id));
            if (echo) {
                socket.onData(socket::send);
            }
        });
        server.onError(error -> printer.print(Event.failure("error", error)));
    }

    private StandardInput.Sender<ValueLine> sender(SocketServer server, EventPrinter printer) {
        InputThrottle pacer = new InputThrottle(() -> server.stats().queuedBytes(), options.peer.maxQueue, STALLED);
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
