package io.heliograph.cli.client;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code helio call}: calls a procedure over the protocol of the address. */
@Command(
        name = "call",
        aliases = "invoke",
        description = {
            "Calls a procedure and prints the response as {\"data\":…}. The address selects the protocol.",
            "",
            "An error is one line on standard error, with name or code, and message.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio call ws://localhost:8000 sum '{\"a\":1,\"b\":2}'",
            "  helio call ws://localhost:8000/rpc sum '[1,2]' --msgpack",
            "  helio call unix:/run/user/1000/helio.sock time",
            "",
            "Exit codes: 0 response; 1 error or no response; 2 invalid usage."
        })
final class CallCommand extends RequestCommand {

    CallCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = data();
        printer.print(Event.answer(request(printer, client -> client.call(name, data))));
    }
}
