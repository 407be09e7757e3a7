package io.heliograph.cli.ipc;

import io.heliograph.Delay;
import io.heliograph.NotConnectedException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Gate;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.DelayConverter;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.ServerUserOptions;
import io.heliograph.cli.option.StayOption;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.SendFailure;
import io.heliograph.ipc.SendQueueFullException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio ipc connect}: a client; prints events and sends standard input. */
@Command(
        name = "connect",
        description = {
            "Connects to a socket file, reconnects when necessary, and prints events, one JSON object per line.",
            "",
            "Sends each line of standard input, a JSON object {\"topic\":…,\"message\":…}. Lines wait for the connection. At the"
                    + " end of the input the client flushes its queue and exits with 0, except with --stay. SIGINT (Ctrl-C)"
                    + " and SIGTERM do the same.",
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
final class IpcConnectCommand extends EventCommand {

    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final Gate connected = new Gate();

    // Rejection of the current message. Standard input is the only sender and sends one message at a time.
    private volatile CompletableFuture<Throwable> rejection = new CompletableFuture<>();
    private volatile @Nullable Throwable lastConnectError;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerUserOptions serverUsers;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StayOption stay;

    @Option(
            names = "--retry-delay",
            paramLabel = "D",
            defaultValue = "1s",
            converter = DelayConverter.class,
            description = "Delay before the next connection attempt, such as 500ms, or 500ms..2s for a random delay"
                    + " (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Delay retryDelay;

    @Option(
            names = "--reconnect-delay",
            paramLabel = "D",
            defaultValue = "100ms",
            converter = DelayConverter.class,
            description = "Delay before a reconnect, in the same form (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Delay reconnectDelay;

    @Option(
            names = "--give-up-after",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "Exits with 1 after this time without a connection (default: never).")
    @Nullable
    Duration giveUpAfter;

    IpcConnectCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        IpcClient client = build(this::newIpcClient);
        print(client, printer);
        StandardInput<MessageLine> lines = input(
                options.maxMessage.maxLine(), printer, line -> MessageLine.parse(line, false), sender(client, printer));
        CompletableFuture<Void> givenUp = client.closed().thenRun(() -> {
            if (!terminal.interrupted().isDone()) {
                throw unreachable();
            }
        });
        operate(
                printer,
                options.peer.grace.duration,
                () -> CompletableFuture.anyOf(thenSend(client.connect(), lines, stay.enabled), givenUp),
                failure -> unreachable(),
                client);
    }

    private IpcClient newIpcClient() {
        IpcClient.Builder builder = serverUsers
                .applyTo(options.peer.applyTo(IpcClient.builder(options.socket), options.maxMessage.bytes))
                .retryDelay(retryDelay)
                .reconnectDelay(reconnectDelay);
        if (giveUpAfter != null) {
            builder.giveUpAfter(giveUpAfter);
        }
        return builder.build();
    }

    private void print(IpcClient client, EventPrinter printer) {
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
            if (!(error instanceof SendFailure) || !rejection.complete(error)) {
                printer.print(Event.failure("error", error));
            }
        });
    }

    /** Sends a line when the client is connected and the queue has space; reports any other rejection with the line number. */
    private StandardInput.Sender<MessageLine> sender(IpcClient client, EventPrinter printer) {
        InputThrottle pacer = new InputThrottle(() -> client.stats().queuedBytes(), options.peer.maxQueue, FOREVER);
        return (message, line) -> {
            while (true) {
                connected.await();
                pacer.await(message.size());
                rejection = new CompletableFuture<>();
                boolean accepted = message.payload() == null
                        ? client.send(message.topic())
                        : client.send(message.topic(), message.payload());
                if (accepted) {
                    return;
                }
                Throwable reason = rejectionReason();
                boolean retry = reason instanceof NotConnectedException || reason instanceof SendQueueFullException;
                if (!retry) {
                    if (reason != null) {
                        printer.print(Event.failure("error", reason).number("line", line));
                    }
                    return;
                }
                Thread.sleep(1);
            }
        };
    }

    private @Nullable Throwable rejectionReason() throws InterruptedException {
        try {
            return rejection.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private CommandFailure unreachable() {
        Throwable error = lastConnectError;
        String remedy = "Start a server there, or wait longer with --give-up-after.";
        return new CommandFailure(
                error == null
                        ? "cannot connect to " + options.socket + ". " + remedy
                        : Event.messageOf(error) + ". " + ServerUserOptions.remedy(error, remedy));
    }
}
