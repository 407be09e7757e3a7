package io.heliograph.cli;

import io.heliograph.Delay;
import io.heliograph.UnreachableException;
import io.heliograph.codec.Payload;
import io.heliograph.ipc.IpcClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio ipc send}: one message, and perhaps one answer. */
@Command(
        name = "send",
        description = {
            "Sends one message and ends; with --wait, after the first message that comes under a topic, which it prints.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio ipc send /tmp/demo.sock hello '\"world\"'",
            "  helio ipc send /tmp/demo.sock sum '[1,2]' --wait sum --timeout 2s",
            "  helio ipc send /tmp/demo.sock report - < report.json",
            "",
            "Exit codes: 0 sent, and answered if that was asked for; 1 not so; 2 wrong usage."
        })
final class SendCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    IpcOptions options;

    @Parameters(index = "1", paramLabel = "TOPIC", description = "The topic; an empty one becomes 'none'.")
    @SuppressWarnings("NullAway.Init")
    String topic;

    @Parameters(
            index = "2",
            paramLabel = "JSON",
            description = "The message, any JSON value; a string needs quotes inside the shell's: '\"text\"'."
                    + " With - it is read from standard input.")
    @SuppressWarnings("NullAway.Init")
    String json;

    @Option(
            names = "--wait",
            paramLabel = "TOPIC",
            description = "ManagedBlocking for a message with this topic and prints it.")
    @Nullable
    String awaited;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description =
                    "How long connecting and waiting may take, such as 500ms, 2s or 1m (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    @Option(names = "--retry", description = "Tries to connect until --timeout, instead of once.")
    boolean retry;

    SendCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Payload message = JsonArgument.payload(spec, terminal, json);
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        IpcClient client = build();
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            CompletableFuture<Void> answered = exchange(client, message, printer);
            CompletableFuture.anyOf(answered, terminal.interrupted(), printer.broken())
                    .get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (terminal.interrupted().isDone() && !answered.isDone()) {
                throw new CommandFailure("interrupted before it was done.");
            }
        } catch (TimeoutException e) {
            throw new CommandFailure(overdue(client));
        } catch (ExecutionException e) {
            throw new CommandFailure(advice(Event.unwrapped(e)));
        } finally {
            client.closeGracefully(options.peer.grace).join();
        }
        return Helio.DONE;
    }

    private IpcClient build() {
        try {
            return IpcClient.builder(options.socket)
                    .maxMessageBytes(options.maxMessage)
                    .maxQueuedBytes(options.peer.maxQueue)
                    .linger(options.peer.grace)
                    .maxAttempts(retry ? 0 : 1)
                    .retryDelay(Delay.fixed(Duration.ofMillis(100)))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    /** Completes when the message is accepted and what is waited for has come; or fails. */
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
                + " closed the connection without an answer. Look there for the"
                + " reason.")));
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
                        + ". See whether the server answers under it, or wait longer with --timeout."
                : "no connection to "
                        + options.socket
                        + " within "
                        + limit
                        + ". Start a server there, or wait longer with --timeout.";
    }

    private String advice(Throwable failure) {
        if (failure instanceof CommandFailure) {
            return Event.messageOf(failure);
        }
        if (failure instanceof UnreachableException) {
            return Event.messageOf(failure)
                    + ". Start one with 'helio ipc listen "
                    + options.socket
                    + "', or wait for one with --retry.";
        }
        return Event.messageOf(failure) + ". Nothing was sent.";
    }
}
