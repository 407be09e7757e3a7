package io.heliograph.cli.ipc;

import io.heliograph.Delay;
import io.heliograph.UnreachableException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.cli.option.ServerUserOptions;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.ipc.IpcClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio ipc send}: sends one message and may wait for one response. */
@Command(
        name = "send",
        description = {"Sends one message; with --wait, prints the first message received with a topic.", ""},
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio ipc send /tmp/demo.sock hello '\"world\"'",
            "  helio ipc send /tmp/demo.sock sum '[1,2]' --wait sum --timeout 2s",
            "  helio ipc send /tmp/demo.sock report - < report.json",
            "",
            "Exit codes: 0 sent and, with --wait, answered; 1 failure; 2 invalid usage."
        })
final class IpcSendCommand extends EventCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Parameters(index = "1", paramLabel = "TOPIC", description = "Topic; an empty one becomes 'none'.")
    @SuppressWarnings("NullAway.Init")
    String topic;

    @Parameters(
            index = "2",
            paramLabel = "JSON",
            description = "Message, any JSON value; a string needs quotes inside those of the shell: '\"text\"'."
                    + " - reads standard input.")
    @SuppressWarnings("NullAway.Init")
    String json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerUserOptions serverUsers;

    @Option(names = "--wait", paramLabel = "TOPIC", description = "Waits for a message with this topic and prints it.")
    @Nullable
    String awaited;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Time-out for connecting and waiting, such as 500ms, 2s or 1m (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    @Option(names = "--retry", description = "Retries until --timeout instead of connecting once.")
    boolean retry;

    IpcSendCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload message = JsonArgument.payload(spec, terminal, json);
        IpcClient client = build(this::newIpcClient);
        try {
            await(exchange(client, message, printer), printer, timeout);
        } catch (CompletionException e) {
            throw failure(client, Failures.unwrap(e));
        } finally {
            client.closeGracefully(options.peer.grace.duration).join();
        }
    }

    private IpcClient newIpcClient() {
        return serverUsers
                .applyTo(options.peer.applyTo(IpcClient.builder(options.socket), options.maxMessage.bytes))
                .maxAttempts(retry ? 0 : 1)
                .retryDelay(Delay.fixed(Duration.ofMillis(100)))
                .build();
    }

    /** Sends the message; the result completes when it is accepted and, with {@code --wait}, answered. */
    private CompletableFuture<Void> exchange(IpcClient client, Payload message, EventPrinter printer) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        client.onError(answered::completeExceptionally);
        if (!retry) {
            client.onConnectError(answered::completeExceptionally);
        }
        client.onMessage(received -> {
            if (received.topic().equals(awaited) && !answered.isDone()) {
                printer.print(Event.message("", received.topic(), received.payload()));
                answered.complete(null);
            }
        });
        client.onDisconnect(reason -> answered.completeExceptionally(new CommandFailure("the server on "
                + options.socket
                + " closed the connection without a response. See the log of the server.")));
        client.connect().whenComplete((connected, failure) -> {
            if (failure != null) {
                answered.completeExceptionally(failure);
            } else if (client.send(topic, message) && awaited == null) {
                answered.complete(null);
            }
        });
        return answered;
    }

    private String overdue(IpcClient client) {
        String limit = timeout.toMillis() + " ms";
        return client.isConnected()
                ? "no message with the topic '"
                        + awaited
                        + "' within "
                        + limit
                        + ". Check that the server sends this topic, or increase --timeout."
                : "no connection to "
                        + options.socket
                        + " within "
                        + limit
                        + ". Start a server there, or increase --timeout.";
    }

    private CommandFailure failure(IpcClient client, Throwable failure) {
        return switch (failure) {
            case CommandFailure known -> known;
            case TimeoutException late -> new CommandFailure(overdue(client));
            case UnreachableException absent ->
                new CommandFailure(Event.messageOf(absent) + ". "
                        + ServerUserOptions.remedy(
                                absent,
                                "Start a server with 'helio ipc listen " + options.socket
                                        + "', or wait for one with --retry."));
            default -> new CommandFailure(Event.messageOf(failure) + ". Nothing was sent.");
        };
    }
}
