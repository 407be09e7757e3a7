package io.heliograph.cli;

import io.heliograph.Delay;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.NoServerException;
import io.heliograph.ipc.SendException;
import io.heliograph.ipc.SendQueueFullException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code helio ipc connect}: a client that tells what happens, and sends what it reads. */
@Command(
        name = "connect",
        description = {
            "Connects to a socket file, stays connected, and prints what happens, one JSON object a line.",
            "",
            "Standard input takes one JSON object a line: {\"topic\":…,\"message\":…}. Lines wait while there is no"
                    + " connection. At the end of the input the client closes, once it was connected and has written"
                    + " everything, and ends with 0; with --stay it goes on. SIGINT (Ctrl-C) and SIGTERM write what waits"
                    + " and end with 0.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio ipc connect /tmp/demo.sock --pretty",
            "  echo '{\"topic\":\"a\",\"message\":1}' | helio ipc connect /tmp/demo.sock",
            "  helio ipc connect /tmp/demo.sock --stay --retry-delay 500ms..2s < /dev/null"
        })
final class ConnectCommand implements Callable<Integer> {

    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final Terminal terminal;
    private final Gate connected = new Gate();

    // Why the message that is being sent was refused: the only sender here is standard input, one
    // message at a time.
    private volatile CompletableFuture<SendException> refusal = new CompletableFuture<>();
    private volatile @Nullable Throwable lastConnectError;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Option(names = "--stay", description = "Stays connected at the end of standard input.")
    boolean stay;

    @Option(
            names = "--retry-delay",
            paramLabel = "D",
            defaultValue = "1s",
            converter = DelayConverter.class,
            description = "The pause after a failed attempt to connect, such as 500ms, or 500ms..2s for a random one"
                    + " (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Delay retryDelay;

    @Option(
            names = "--reconnect-delay",
            paramLabel = "D",
            defaultValue = "100ms",
            converter = DelayConverter.class,
            description = "The pause after the loss of a connection, likewise (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Delay reconnectDelay;

    @Option(
            names = "--give-up-after",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "Ends with 1 when attempts to connect have failed for so long (default: never).")
    @Nullable
    Duration giveUpAfter;

    ConnectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        IpcClient client = build();
        tell(client, printer);
        StandardInput<Outgoing> input = new StandardInput<>(
                terminal.in(),
                options.maxLine(),
                printer,
                line -> Outgoing.parse(line, false),
                sender(client, printer));
        try {
            CompletableFuture<Void> connecting = client.connect();
            CompletableFuture<Void> ended = input.start();
            CompletableFuture<Void> allSent =
                    stay ? new CompletableFuture<>() : ended.thenCombine(connecting, (end, connection) -> null);
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), allSent, client.closed())
                    .join();
            if (client.closed().isDone()) {
                throw gaveUp();
            }
        } catch (CompletionException e) {
            throw gaveUp();
        } finally {
            input.stop();
            client.closeGracefully(options.peer.grace).join();
        }
        return Helio.DONE;
    }

    private IpcClient build() {
        try {
            IpcClient.Builder builder = IpcClient.builder(options.socket)
                    .maxMessageBytes(options.maxMessage)
                    .maxQueuedBytes(options.peer.maxQueue)
                    .linger(options.peer.grace)
                    .retryDelay(retryDelay)
                    .reconnectDelay(reconnectDelay);
            if (giveUpAfter != null) {
                builder.giveUpAfter(giveUpAfter);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private void tell(IpcClient client, EventPrinter printer) {
        client.onConnect(connection -> {
            printer.print(Event.of("connect").text("socket", options.socket.toString()));
            connected.open();
        });
        client.onReconnect(
                connection -> printer.print(Event.of("reconnect").text("socket", options.socket.toString())));
        client.onMessage(message -> printer.print(Event.message("", message.topic(), message.payload())));
        client.onDisconnect(reason -> {
            connected.close();
            printer.print(Event.of("disconnect").reason(reason));
        });
        client.onConnectError(error -> {
            lastConnectError = error;
            printer.print(Event.failure("connectError", error));
        });
        client.onError(error -> {
            if (!(error instanceof SendException refused) || !refusal.complete(refused)) {
                printer.print(Event.failure("error", error));
            }
        });
    }

    /** Sends each line once there is a connection and room, and says which line could not be sent for another reason. */
    private StandardInput.Sender<Outgoing> sender(IpcClient client, EventPrinter printer) {
        Pacer pacer = new Pacer(() -> client.stats().queuedBytes(), options.peer.maxQueue, FOREVER);
        return (message, line) -> {
            while (true) {
                connected.await();
                pacer.await(message.size());
                refusal = new CompletableFuture<>();
                boolean accepted = message.payload() == null
                        ? client.send(message.topic())
                        : client.send(message.topic(), message.payload());
                if (accepted) {
                    return;
                }
                SendException reason = reasonOfRefusal();
                boolean again = reason instanceof NoServerException || reason instanceof SendQueueFullException;
                if (!again) {
                    if (reason != null) {
                        printer.print(Event.failure("error", reason).number("line", line));
                    }
                    return;
                }
                Thread.sleep(1);
            }
        };
    }

    private @Nullable SendException reasonOfRefusal() throws InterruptedException {
        try {
            return refusal.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private CommandFailure gaveUp() {
        Throwable error = lastConnectError;
        return new CommandFailure((error == null ? "cannot connect to " + options.socket : Event.messageOf(error))
                + ". Start a server there, or wait longer with --give-up-after.");
    }
}
