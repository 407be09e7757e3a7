package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code helio transmit}: sends an event to a realtime server. */
@Command(
        name = "transmit",
        description = {
            "Sends an event to a realtime server. Events have no response; exit code 0 means that the event was written.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio transmit ws://localhost:8000 log '{\"text\":\"hello\"}'",
            "",
            "Exit codes: 0 sent; 1 not sent; 2 invalid usage."
        })
final class TransmitCommand extends RealtimeCall {

    @Parameters(index = "1", paramLabel = "EVENT", description = "Name of the event.")
    @SuppressWarnings("NullAway.Init")
    String event;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Data, any JSON value (default: none). - reads standard input.")
    @Nullable
    String json;

    TransmitCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = json == null ? null : JsonArgument.payload(spec, terminal, json);
        boolean sent = request(
                printer,
                client -> CompletableFuture.completedFuture(
                        data == null ? client.transmit(event) : client.transmit(event, data)));
        if (!sent) {
            throw new CommandFailure("the event was not sent.");
        }
    }
}
