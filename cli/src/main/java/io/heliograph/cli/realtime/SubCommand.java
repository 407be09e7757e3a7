package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SubscribeOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code helio sub}: subscribes to channels of a realtime server and prints publications. */
@Command(
        name = "sub",
        description = {
            "Subscribes to channels of a realtime server and prints publications, one JSON object per line.",
            "",
            "Reconnects and subscribes again when the connection is lost. SIGINT (Ctrl-C) and SIGTERM exit with 0. A rejected"
                    + " subscription exits with 1.",
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
final class SubCommand extends RealtimeCall {

    private final AtomicLong received = new AtomicLong();
    private final CompletableFuture<Void> enough = new CompletableFuture<>();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "CHANNEL", description = "Names of the channels.")
    @SuppressWarnings("NullAway.Init")
    List<String> channels;

    @Option(names = "--count", paramLabel = "N", description = "Exits after this number of messages (default: never).")
    @Nullable
    Long count;

    @Option(
            names = "--data",
            paramLabel = "JSON",
            description = "Data of the subscriptions for the middleware of the server (default: none).")
    @Nullable
    String data;

    SubCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count: " + count + " (expected: 1 or more)");
        }
        SubscribeOptions subscribeOptions = SubscribeOptions.defaults();
        if (data != null) {
            subscribeOptions = subscribeOptions.withData(JsonArgument.payload(spec, terminal, data));
        }
        SubscribeOptions subscription = subscribeOptions;
        Payload credentials = options.client.login.credentials(spec, terminal);
        RealtimeClient client = options.builder().build();
        print(client, printer);
        operate(
                printer,
                options.client.grace.duration,
                () -> open(client, credentials)
                        .orTimeout(2 * options.client.timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .thenCompose(ready -> {
                            channels.forEach(channel -> subscribe(client, channel, subscription, printer));
                            return enough;
                        }),
                this::failure,
                client);
    }

    private void subscribe(RealtimeClient client, String channel, SubscribeOptions subscription, EventPrinter printer) {
        client.channel(channel).subscribe(subscription).on(message -> {
            long number = received.incrementAndGet();
            if (count == null || number <= count) {
                printer.print(Event.published(channel, message));
            }
            if (count != null && number >= count) {
                enough.complete(null);
            }
        });
    }

    private void print(RealtimeClient client, EventPrinter printer) {
        client.on(
                ClientEvent.Connect.class,
                event -> printer.print(Event.of("connect").text("id", event.id())));
        client.on(
                ClientEvent.Subscribe.class,
                event -> printer.print(Event.of("subscribe").text("channel", event.channel())));
        client.on(ClientEvent.SubscribeFail.class, failed -> enough.completeExceptionally(failed.error()));
        client.on(
                ClientEvent.KickOut.class,
                event -> printer.print(
                        Event.of("kickOut").text("channel", event.channel()).payload("message", event.message())));
        client.on(ClientEvent.Disconnect.class, event -> {
            if (!enough.isDone() && !terminal.interrupted().isDone()) {
                printer.print(Event.closed("disconnect", event.code(), event.reason()));
            }
        });
    }
}
