package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio transmit}: one event to a realtime server, which does not answer. */
@Command(
        name = "transmit",
        description = {"Sends an event to a realtime server. Events have no answers: 0 means that it was written.", ""},
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio transmit ws://localhost:8000 log '{\"text\":\"hello\"}'",
            "",
            "Exit codes: 0 sent; 1 not sent; 2 wrong usage."
        })
final class TransmitCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    @Parameters(index = "1", paramLabel = "EVENT", description = "The name of the event.")
    @SuppressWarnings("NullAway.Init")
    String event;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "The data, any JSON value (default: none). With - it is read from standard input.")
    @Nullable
    String json;

    TransmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Payload data = json == null ? null : JsonArgument.payload(spec, terminal, json);
        boolean sent = new RealtimeCall(terminal, options)
                .run(client -> CompletableFuture.completedFuture(
                        data == null ? client.transmit(event) : client.transmit(event, data)));
        if (!sent) {
            throw new CommandFailure("the event was not sent.");
        }
        return Helio.DONE;
    }
}
