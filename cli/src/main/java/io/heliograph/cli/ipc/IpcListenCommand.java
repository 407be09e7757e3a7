package io.heliograph.cli.ipc;

import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.ListenOptions;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.IpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio ipc listen}: a server; prints events and broadcasts standard input. */
@Command(
        name = "listen",
        description = {
            "Listens on a socket file and prints events, one JSON object per line.",
            "",
            "Sends each line of standard input, a JSON object: {\"topic\":…,\"message\":…} to all clients, with \"clientId\":…"
                    + " to one. The server continues at the end of the input. SIGINT (Ctrl-C) and SIGTERM flush the queues,"
                    + " remove the socket file and exit with 0.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio ipc listen /tmp/demo.sock --echo --pretty",
            "  helio ipc listen /run/app/app.sock --mode 660 --allow-user www-data",
            "  tail -f news.jsonl | helio ipc listen /tmp/demo.sock"
        })
final class IpcListenCommand extends EventCommand {

    /** Policy for a slow consumer; see {@link Overflow}. */
    enum SlowConsumer {
        close,
        refuse
    }

    private static final Duration STALLED = Duration.ofSeconds(2);

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ListenOptions clients;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "600",
            converter = ModeConverter.class,
            description = "Permissions of the socket file, such as 660 or rw-rw----; write permission allows to connect"
                    + " (default: ${DEFAULT-VALUE}, owner only).")
    @SuppressWarnings("NullAway.Init")
    FileMode mode;

    @Option(
            names = "--allow-user",
            paramLabel = "USER",
            description = "Accepts this user only, by name or number, as reported by the kernel; may be repeated"
                    + " (default: this user and root, or all users if --mode permits others).")
    List<String> allowedUsers = new ArrayList<>();

    @Option(
            names = "--slow-consumer",
            paramLabel = "POLICY",
            defaultValue = "close",
            description =
                    "Policy when the queue of a client reaches --max-queue: close the connection or refuse the message"
                            + " (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    SlowConsumer slowConsumer;

    @Option(
            names = "--any-directory",
            description = "Accepts a directory in which another user could replace the socket file.")
    boolean anyDirectory;

    IpcListenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        IpcServer server = build(this::newIpcServer);
        print(server, printer);
        StandardInput<MessageLine> lines =
                input(options.maxMessage.maxLine(), printer, line -> MessageLine.parse(line, true), sender(server));
        operate(
                printer,
                options.peer.grace.duration,
                () -> thenServe(server.listen(), lines::start),
                failure -> new CommandFailure(advice(failure)),
                server);
    }

    private IpcServer newIpcServer() {
        IpcServer.Builder builder = options.peer
                .applyTo(IpcServer.builder(options.socket), options.maxMessage.bytes)
                .fileMode(mode.permissions())
                .checkDirectory(!anyDirectory)
                .maxConnections(clients.maxConnections)
                .slowConsumer(slowConsumer == SlowConsumer.close ? Overflow.CLOSE : Overflow.REFUSE);
        if (!allowedUsers.isEmpty()) {
            builder.allowUsers(allowedUsers.toArray(new String[0]));
        }
        return builder.build();
    }

    private void print(IpcServer server, EventPrinter printer) {
        server.onListening(() -> {
            printer.print(Event.of("listening").text("socket", options.socket.toString()));
            // Until then the only failure is that of the command itself.
            server.onError(error -> printer.print(Event.failure("error", error)));
        });
        server.onConnection(client -> printer.print(Event.of("connection").text("clientId", client.id())));
        server.onMessage((message, client) -> {
            printer.print(Event.message(client.id(), message.topic(), message.payload()));
            if (clients.echo) {
                client.send(message.topic(), message.payload());
            }
        });
        server.onDisconnection((client, reason) -> printer.print(
                Event.of("disconnect").text("clientId", client.id()).reason(reason)));
    }

    private StandardInput.Sender<MessageLine> sender(IpcServer server) {
        InputThrottle pacer = new InputThrottle(() -> server.stats().queuedBytes(), options.peer.maxQueue, STALLED);
        return (message, line) -> {
            pacer.await(message.size());
            String clientId = message.clientId();
            Optional<IpcConnection> client = clientId == null ? Optional.empty() : server.connection(clientId);
            if (message.payload() != null) {
                if (clientId == null) {
                    server.broadcast(message.topic(), message.payload());
                } else {
                    server.send(message.topic(), message.payload(), clientId);
                }
            } else if (clientId == null) {
                server.broadcast(message.topic());
            } else if (client.isPresent()) {
                client.get().send(message.topic());
            } else {
                server.send(message.topic(), null, clientId);
            }
        };
    }

    /** Returns the reason and the remedy. */
    private String advice(Throwable failure) {
        String what = Event.messageOf(failure);
        String code = failure instanceof TransportException system ? system.code() : "";
        String remedy = switch (code) {
            case "EADDRINUSE" -> "Stop the program that owns the file, or choose another path.";
            case "ENOENT" -> "Create the directory first, or choose another path.";
            case "EPERM" -> "Choose a directory of your own, or accept this one with --any-directory.";
            case "EACCES" -> "Choose a directory with write permission.";
            default -> "Choose another path, or see 'helio ipc listen --help'.";
        };
        return what + (code.isEmpty() ? "" : " (" + code + ")") + ". " + remedy;
    }
}
