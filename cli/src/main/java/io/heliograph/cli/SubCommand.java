package io.heliograph.cli;

import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SubscribeOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio sub}: what is published to channels of a realtime server, as it comes. */
@Command(
        name = "sub",
        description = {
            "Subscribes to channels of a realtime server and prints what is published, one JSON object a line.",
            "",
            "A lost connection is made anew, with its subscriptions. SIGINT (Ctrl-C) and SIGTERM end with 0. A channel that"
                    + " the server refuses ends it with 1.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio sub ws://localhost:8000 ticks chat",
            "  helio sub ws://localhost:8000 ticks --count 3",
            "  helio sub ws://localhost:8000 members --token-file token.jwt"
        })
final class SubCommand implements Callable<Integer> {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Terminal terminal;
    private final AtomicLong received = new AtomicLong();
    private final CompletableFuture<Void> enough = new CompletableFuture<>();

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "CHANNEL", description = "The names of the channels.")
    @SuppressWarnings("NullAway.Init")
    List<String> channels;

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many messages (default: never).")
    @Nullable
    Long count;

    @Option(
            names = "--data",
            paramLabel = "JSON",
            description = "What the server's middleware is given with each subscription (default: nothing).")
    @Nullable
    String data;

    SubCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count: " + count + " (expected: 1 or more)");
        }
        SubscribeOptions how = SubscribeOptions.defaults();
        if (data != null) {
            how = how.withData(JsonArgument.payload(spec, terminal, data));
        }
        EventPrinter printer = new EventPrinter(terminal, false);
        RealtimeClient client = options.client().build();
        try {
            tell(client, printer);
            new RealtimeCall(terminal, options)
                    .open(client)
                    .orTimeout(2 * options.timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            for (String channel : channels) {
                client.subscribe(channel, how).on(message -> {
                    if (count == null || received.incrementAndGet() <= count) {
                        printer.print(Event.published(channel, message));
                    }
                    if (count != null && received.get() >= count) {
                        enough.complete(null);
                    }
                });
            }
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), client.closed(), enough)
                    .join();
        } catch (CompletionException e) {
            throw RealtimeCall.failure(e);
        } finally {
            client.closeGracefully(GRACE).join();
        }
        return Helio.DONE;
    }

    private void tell(RealtimeClient client, EventPrinter printer) {
        client.on(
                ClientEvent.Connect.class,
                connected -> printer.print(Event.of("connect").text("id", connected.id())));
        client.on(
                ClientEvent.Subscribe.class,
                subscribed -> printer.print(Event.of("subscribe").text("channel", subscribed.channel())));
        client.on(ClientEvent.SubscribeFail.class, failed -> enough.completeExceptionally(failed.error()));
        client.on(
                ClientEvent.KickOut.class,
                out -> printer.print(
                        Event.of("kickOut").text("channel", out.channel()).payload("message", out.message())));
        client.on(ClientEvent.Disconnect.class, lost -> {
            if (!enough.isDone() && !terminal.interrupted().isDone()) {
                printer.print(Event.closed("disconnect", lost.code(), lost.reason()));
            }
        });
    }
}
