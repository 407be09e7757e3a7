package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

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
final class TransmitCommand extends RealtimeRequest {

    TransmitCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = data();
        boolean sent = request(
                printer,
                client -> CompletableFuture.completedFuture(
                        data == null ? client.transmit(name) : client.transmit(name, data)));
        if (!sent) {
            throw new CommandFailure("the event was not sent.");
        }
    }
}
