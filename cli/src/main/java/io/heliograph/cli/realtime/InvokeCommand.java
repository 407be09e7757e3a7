package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.Payload;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code helio invoke}: calls a procedure of a realtime server. */
@Command(
        name = "invoke",
        description = {
            "Calls a procedure of a realtime server and prints the response as {\"data\":…}.",
            "",
            "An error is one line on standard error, with name and message.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio invoke ws://localhost:8000 sum '{\"a\":1,\"b\":2}'",
            "  helio invoke ws://localhost:8000 time",
            "",
            "Exit codes: 0 response; 1 error or no response; 2 invalid usage."
        })
final class InvokeCommand extends RealtimeRequest {

    InvokeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = data();
        printer.print(Event.answer(
                request(printer, client -> data == null ? client.invoke(name) : client.invoke(name, data))));
    }
}
