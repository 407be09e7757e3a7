package io.heliograph.cli.rpc;

import io.heliograph.CloseReason;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import io.heliograph.rpc.RpcClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code helio rpc subscribe}: prints events. */
@Command(
        name = "subscribe",
        description = {
            "Subscribes to events and prints each as {\"event\":…,\"params\":…} until SIGINT (Ctrl-C) or until the server closes.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  helio rpc subscribe ws://localhost:8000 alerts --login '{\"username\":\"demo\",\"password\":\"demo\"}'"
        })
final class RpcSubscribeCommand extends RpcCall {

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "EVENT", description = "Names of the events.")
    List<String> events = new ArrayList<>();

    @Option(names = "--count", paramLabel = "N", description = "Exits after this number of events (default: never).")
    @Nullable
    Integer count;

    RpcSubscribeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count: " + count + " (expected: 1 or more)");
        }
        Payload credentials = options.login.credentials(spec, terminal);
        RpcClient client = client();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        AtomicInteger seen = new AtomicInteger();
        for (String event : events) {
            client.events(event).on(received -> {
                if (ended.isDone()) {
                    return;
                }
                printer.print(Event.emitted(received.name(), received.params()));
                if (count != null && seen.incrementAndGet() >= count) {
                    ended.complete(null);
                }
            });
        }
        client.onDisconnect(reason -> ended.completeExceptionally(ended(reason)));
        operate(
                printer,
                options.grace.duration,
                () -> open(client, credentials)
                        .thenCompose(ready -> client.subscribe(events.toArray(String[]::new)))
                        .thenAccept(RpcSubscribeCommand::check)
                        .orTimeout(options.timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .thenCompose(subscribed -> ended),
                failure -> failure(client, failure),
                client);
    }

    private static CommandFailure ended(CloseReason reason) {
        return new CommandFailure(
                switch (reason) {
                    case CloseReason.Remote(int code, String text) ->
                        "the server closed the connection with code " + code + (text.isEmpty() ? "" : ": " + text);
                    case CloseReason.Failed failed -> Event.messageOf(failed.cause());
                    case CloseReason.Local() -> "closed";
                });
    }

    private static void check(Map<String, String> statuses) {
        statuses.forEach((event, status) -> {
            if (!status.equals("ok")) {
                throw new CommandFailure("event '" + event + "': " + status);
            }
        });
    }
}
