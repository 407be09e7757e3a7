package io.heliograph.cli.socket;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BindFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.HostOptions;
import io.heliograph.cli.option.ListenOptions;
import io.heliograph.cli.option.Reload;
import io.heliograph.cli.option.TlsOptions;
import io.heliograph.socket.DataType;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketServer;
import io.heliograph.tls.ServerTls;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "  helio socket listen 0 --cert server.p12 --password-file secret.txt"
        })
final class SocketListenCommand extends EventCommand {

    private static final Duration STALLED = Duration.ofSeconds(2);

    private final Map<Long, Socket> sockets = new ConcurrentHashMap<>();
    private long lastId;

    @Parameters(index = "0", paramLabel = "PORT", description = "Port; 0 selects a free one.")
    int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    SocketOptions options;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    HostOptions host;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsOptions.Server tlsOptions;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ListenOptions connections;

    SocketListenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        ServerTls tls = build(() -> tlsOptions.isEnabled() ? tlsOptions.load() : null);
        SocketServer server = build(() -> newSocketServer(tls));
        Reload.atHangup(terminal, printer, tls, () -> {});
        print(server, printer);
        StandardInput<ValueLine> lines = input(
                options.maxMessage.maxLine(),
                printer,
                line -> ValueLine.parse(line, options.input(), true),
                sender(server, printer));
        operate(
                printer,
                options.peer.grace.duration,
                () -> thenServe(server.listen(), lines::start),
                failure -> BindFailure.of(failure, "port"),
                server);
    }

    private SocketServer newSocketServer(@Nullable ServerTls tls) {
        host.check(tlsOptions.requiresCertificate(), "client certificates with --ca");
        SocketServer.Builder builder = options.peer
                .applyTo(SocketServer.builder(host.address(), port), options.maxMessage.bytes)
                .receive(options.receiveType())
                .send(options.send)
                .rawBytes(!options.framed)
                .idleTimeout(options.idle)
                .maxConnections(connections.maxConnections);
        if (tls != null) {
            builder.tls(tls);
        }
        return builder.build();
    }

    private void print(SocketServer server, EventPrinter printer) {
        DataType type = options.receiveType();
        SocketEventsPrinter events = new SocketEventsPrinter(printer, type, options);
        server.onListening(real -> {
            printer.print(Event.of("listening").text("host", host.address()).number("port", real));
            // Until then the only failure is that of the command itself.
            server.onError(error -> printer.print(Event.failure("error", error)));
        });
        server.onConnection(socket -> {
            long id = ++lastId;
            sockets.put(id, socket);
            printer.print(SocketEventsPrinter.event("connection", id)
                    .text("remoteHost", socket.remoteHost())
                    .number("remotePort", socket.remotePort()));
            events.follow(socket, id);
            socket.onDisconnect(reason -> sockets.remove(id));
            if (connections.echo) {
                socket.onData(socket::send);
            }
        });
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
