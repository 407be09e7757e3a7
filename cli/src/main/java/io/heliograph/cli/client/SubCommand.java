package io.heliograph.cli.client;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import io.heliograph.server.CallException;
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

/** {@code helio sub}: subscribes to channels over the protocol of the address, and prints publications. */
@Command(
        name = "sub",
        description = {
            "Subscribes to channels and prints publications, one JSON object per line. The address selects the protocol.",
            "",
            "Reconnects and subscribes again when the connection is lost; a hub delivers what was missed meanwhile. SIGINT (Ctrl-C) and SIGTERM exit with 0. A rejected"
                    + " subscription exits with 1.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio sub ws://localhost:8000 ticks chat",
            "  helio sub ws://localhost:8000/rpc ticks --count 3",
            "  helio sub unix:/run/user/1000/helio.sock ticks",
            "  helio sub ws://localhost:8000 members --token-file token.jwt"
        })
final class SubCommand extends ClientCommand {

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
            description = "Data of the subscriptions for the middleware of a SocketCluster server (default: none).")
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
        Payload subscription = data == null ? null : JsonArgument.payload(spec, terminal, data);
        Payload credentials = options.client.login.credentials(spec, terminal);
        HubClient client = options.create(new Printing(printer), true);
        operate(
                printer,
                options.client.grace.duration,
                () -> open(client, credentials)
                        .orTimeout(options.total().toMillis(), TimeUnit.MILLISECONDS)
                        .thenCompose(ready -> {
                            channels.forEach(channel -> subscribe(client, channel, subscription));
                            return enough;
                        }),
                failure -> failure(client, failure),
                client.endpoint());
    }

    private void subscribe(HubClient client, String channel, @Nullable Payload subscription) {
        client.subscribe(channel, subscription).whenComplete((subscribed, failure) -> {
            if (failure != null && !client.isConnected()) {
                return; // subscribed again after the reconnect
            }
            if (failure != null) {
                enough.completeExceptionally(failure);
            }
        });
    }

    /** Prints messages and events, up to the requested number. */
    private final class Printing implements HubClient.Listener {

        private final EventPrinter printer;

        Printing(EventPrinter printer) {
            this.printer = printer;
        }

        @Override
        public void connected(String id) {
            Event event = Event.of("connect");
            printer.print(id.isEmpty() ? event : event.text("id", id));
        }

        @Override
        public void disconnected(Event event) {
            if (!enough.isDone() && !terminal.interrupted().isDone()) {
                printer.print(event);
            }
        }

        @Override
        public void subscribed(Event event) {
            printer.print(event);
        }

        @Override
        public void refused(Throwable failure) {
            enough.completeExceptionally(failure);
        }

        @Override
        public void message(String channel, Payload message) {
            long number = received.incrementAndGet();
            if (count == null || number <= count) {
                printer.print(Event.published(channel, message));
            }
            if (count != null && number >= count) {
                enough.complete(null);
            }
        }

        @Override
        public void notice(Event event) {
            printer.print(event);
        }

        @Override
        public void failed(Throwable failure) {
            if (failure instanceof CallException) {
                enough.completeExceptionally(failure); // an error of the hub
            }
        }
    }
}
