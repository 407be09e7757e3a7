package io.heliograph.cli;

import io.heliograph.Overflow;
import io.heliograph.TransportException;
import io.heliograph.ipc.ConnectedClient;
import io.heliograph.ipc.IpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code helio ipc listen}: a server that tells what happens, and broadcasts what it reads. */
@Command(
        name = "listen",
        description = {
            "Listens on a socket file and prints what happens, one JSON object a line.",
            "",
            "Standard input takes one JSON object a line: {\"topic\":…,\"message\":…} goes to all clients, with"
                    + " \"clientId\":… to one. At its end the server goes on. SIGINT (Ctrl-C) and SIGTERM write what waits,"
                    + " remove the socket file and end with 0.",
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
final class ListenCommand implements Callable<Integer> {

    /** What happens to a message for a client that does not read; see {@link Overflow}. */
    enum SlowConsumer {
        close,
        refuse
    }

    private static final Duration STALLED = Duration.ofSeconds(2);

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Option(names = "--echo", description = "Answers each message to its sender, under the same topic.")
    boolean echo;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "600",
            converter = ModeConverter.class,
            description = "Permissions of the socket file, such as 660 or rw-rw----; who may write may connect"
                    + " (default: ${DEFAULT-VALUE}, the owner only).")
    @SuppressWarnings("NullAway.Init")
    FileMode mode;

    @Option(
            names = "--allow-user",
            paramLabel = "USER",
            description = "Lets only this user connect, by name or number, as the kernel tells it; may be repeated"
                    + " (default: this user and root, or everybody if --mode lets others in).")
    List<String> allowedUsers = new ArrayList<>();

    @Option(
            names = "--max-clients",
            paramLabel = "N",
            defaultValue = "4096",
            description = "How many clients may be connected (default: ${DEFAULT-VALUE}).")
    int maxClients;

    @Option(
            names = "--slow-consumer",
            paramLabel = "POLICY",
            defaultValue = "close",
            description = "What happens when --max-queue waits for a client: close it, or refuse the message to it"
                    + " (${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    SlowConsumer slowConsumer;

    @Option(
            names = "--any-directory",
            description = "Listens also in a directory where another user could replace the socket file.")
    boolean anyDirectory;

    ListenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        IpcServer server = build();
        tell(server, printer);
        StandardInput<Outgoing> input = new StandardInput<>(
                terminal.in(), options.maxLine(), printer, line -> Outgoing.parse(line, true), sender(server));
        try {
            server.listen().join();
            input.start();
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), server.closed())
                    .join();
        } catch (CompletionException e) {
            throw new CommandFailure(advice(Event.unwrapped(e)));
        } finally {
            input.stop();
            server.closeGracefully(options.peer.grace).join();
        }
        return Helio.DONE;
    }

    private IpcServer build() {
        try {
            IpcServer.Builder builder = IpcServer.builder(options.socket)
                    .maxMessageBytes(options.maxMessage)
                    .maxQueuedBytes(options.peer.maxQueue)
                    .linger(options.peer.grace)
                    .fileMode(mode.permissions())
                    .checkDirectory(!anyDirectory)
                    .maxClients(maxClients)
                    .slowConsumer(slowConsumer == SlowConsumer.close ? Overflow.CLOSE : Overflow.REFUSE);
            if (!allowedUsers.isEmpty()) {
                builder.allowUsers(allowedUsers.toArray(new String[0]));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private void tell(IpcServer server, EventPrinter printer) {
        server.onListening(() -> printer.print(Event.of("listening").text("socket", options.socket.toString())));
        server.onConnection(client -> printer.print(Event.of("connection").text("clientId", client.id())));
        server.onMessage((message, client) -> {
            printer.print(Event.message(client.id(), message.topic(), message.payload()));
            if (echo) {
                client.send(message.topic(), message.payload());
            }
        });
        server.onDisconnect((client, reason) -> printer.print(
                Event.of("disconnect").text("clientId", client.id()).reason(reason)));
        server.onError(error -> printer.print(Event.failure("error", error)));
    }

    private StandardInput.Sender<Outgoing> sender(IpcServer server) {
        Pacer pacer = new Pacer(() -> server.stats().queuedBytes(), options.peer.maxQueue, STALLED);
        return (message, line) -> {
            pacer.await(message.size());
            String clientId = message.clientId();
            Optional<ConnectedClient> client = clientId == null ? Optional.empty() : server.client(clientId);
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

    /** What happened, and what to do. */
    private String advice(Throwable failure) {
        String what = Event.messageOf(failure);
        String code = failure instanceof TransportException system ? system.code() : "";
        String remedy = switch (code) {
            case "EADDRINUSE" -> "Stop what owns the file, or choose another path.";
            case "ENOENT" -> "Create the directory first, or choose another path.";
            case "EPERM" -> "Choose a directory of your own, or allow it with --any-directory.";
            case "EACCES" -> "Choose a path where you may create files.";
            default -> "Choose another path, or see 'helio ipc listen --help'.";
        };
        return what + (code.isEmpty() ? "" : " (" + code + ")") + ". " + remedy;
    }
}
