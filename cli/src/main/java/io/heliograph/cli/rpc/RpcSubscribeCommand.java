package io.heliograph.cli.rpc;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.RpcClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "  helio rpc subscribe ws://localhost:8080 alerts --login '{\"username\":\"demo\",\"password\":\"demo\"}'"
        })
final class RpcSubscribeCommand extends BaseCommand {

    private static final String CREDENTIALS = "credentials such as '{\"username\":\"demo\",\"password\":\"demo\"}'";

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcTarget target;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "EVENT", description = "Names of the events.")
    List<String> events = new ArrayList<>();

    @Option(names = "--login", paramLabel = "JSON", description = "Credentials for a login before the subscription.")
    @Nullable
    String login;

    @Option(names = "--count", paramLabel = "N", description = "Exits after this number of events (default: never).")
    @Nullable
    Integer count;

    RpcSubscribeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException {
        if (count != null && count < 1) {
            throw new ParameterException(target.spec.commandLine(), "--count: " + count + " (expected: 1 or more)");
        }
        Object credentials = login == null
                ? null
                : target.sent(JsonArgument.payload(target.spec, terminal, "--login", login, CREDENTIALS));
        EventPrinter printer = new EventPrinter(terminal, false);
        RpcClient client = target.build();
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
        client.onDisconnect(reason -> ended.completeExceptionally(RpcTarget.ended(reason)));
        try {
            CompletableFuture<Void> ready = client.connect()
                    .thenCompose(connected ->
                            credentials == null ? CompletableFuture.completedFuture(true) : client.login(credentials))
                    .thenCompose(in -> client.subscribe(events.toArray(String[]::new)))
                    .thenAccept(RpcSubscribeCommand::check);
            CompletableFuture.anyOf(
                            ready.orTimeout(target.timeout.toMillis(), TimeUnit.MILLISECONDS)
                                    .thenCompose(subscribed -> ended),
                            terminal.interrupted(),
                            printer.broken())
                    .join();
        } catch (CompletionException e) {
            throw switch (Failures.unwrap(e)) {
                case CommandFailure known -> known;
                case TimeoutException late -> target.late(client);
                case Throwable other -> RpcTarget.failure(other);
            };
        } finally {
            client.closeGracefully(Duration.ofSeconds(1)).join();
        }
        return ExitCode.SUCCESS;
    }

    private static void check(Map<String, String> statuses) {
        statuses.forEach((event, status) -> {
            if (!status.equals("ok")) {
                throw new CommandFailure("event '" + event + "': " + status);
            }
        });
    }
}
