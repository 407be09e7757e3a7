package io.heliograph.cli.client;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code helio pub}: publishes to a channel over the protocol of the address. */
@Command(
        name = "pub",
        description = {
            "Publishes to a channel and waits for the acknowledgment. The address selects the protocol.",
            "",
            "Without JSON, publishes each line of standard input, a JSON value. A rejected line is an error event with its number.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio pub ws://localhost:8000 news '{\"text\":\"hello\"}'",
            "  helio pub ws://localhost:8000 members '\"hello\"' --token-file token.jwt",
            "  tail -f news.jsonl | helio pub unix:/run/user/1000/helio.sock news",
            "",
            "Exit codes: 0 accepted; 1 rejected or no response; 2 invalid usage."
        })
final class PubCommand extends ClientCommand {

    private static final int MAX_UNACKNOWLEDGED = 64;

    private final Semaphore unacknowledged = new Semaphore(MAX_UNACKNOWLEDGED);
    private final AtomicLong rejected = new AtomicLong();

    @Parameters(index = "1", paramLabel = "CHANNEL", description = "Name of the channel.")
    @SuppressWarnings("NullAway.Init")
    String channel;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Data, any JSON value; a string needs quotes inside those of the shell: '\"text\"'."
                    + " - reads standard input as one value (default: each line of standard input).")
    @Nullable
    String json;

    PubCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        if (json != null) {
            Payload data = JsonArgument.payload(spec, terminal, json);
            request(printer, client -> client.publish(channel, data));
            return;
        }
        Payload credentials = options.client.login.credentials(spec, terminal);
        HubClient client = options.create(new HubClient.Listener() {}, true);
        StandardInput<Payload> lines =
                input(options.client.maxMessage.maxLine(), printer, this::parse, (data, line) -> {
                    unacknowledged.acquire();
                    client.publish(channel, data).whenComplete((accepted, failure) -> {
                        if (failure != null) {
                            rejected.incrementAndGet();
                            printer.print(
                                    Event.failure("error", failure).unlimited().number("line", line));
                        }
                        unacknowledged.release();
                    });
                });
        operate(
                printer,
                options.client.grace.duration,
                () -> open(client, credentials)
                        .orTimeout(2 * options.client.timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .thenCompose(ready -> lines.start())
                        .thenCompose(end -> acknowledged()),
                failure -> failure(client, failure),
                client.endpoint());
    }

    private Payload parse(String line) throws InvalidInput {
        try {
            return Json.line(line);
        } catch (InvalidInput e) {
            rejected.incrementAndGet();
            throw e;
        }
    }

    /** Waits, on the thread of standard input, for the acknowledgments; fails if a line was rejected. */
    private CompletableFuture<Void> acknowledged() {
        unacknowledged.acquireUninterruptibly(MAX_UNACKNOWLEDGED);
        return rejected.get() == 0
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new CommandFailure("lines not published: " + rejected.get() + ", see the error events."));
    }
}
