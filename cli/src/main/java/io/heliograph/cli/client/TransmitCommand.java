package io.heliograph.cli.client;

import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code helio transmit}: sends an event over the protocol of the address. */
@Command(
        name = "transmit",
        description = {
            "Sends an event, a call without a response; exit code 0 means that the event was written. The address selects the"
                    + " protocol.",
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
final class TransmitCommand extends RequestCommand {

    TransmitCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = data();
        request(printer, client -> client.transmit(name, data));
    }
}
