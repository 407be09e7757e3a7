package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

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
final class InvokeCommand extends RealtimeCall {

    @Parameters(index = "1", paramLabel = "PROCEDURE", description = "Name of the procedure.")
    @SuppressWarnings("NullAway.Init")
    String procedure;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Data, any JSON value (default: none). - reads standard input.")
    @Nullable
    String json;

    InvokeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload data = json == null ? null : JsonArgument.payload(spec, terminal, json);
        printer.print(Event.answer(
                request(printer, client -> data == null ? client.invoke(procedure) : client.invoke(procedure, data))));
    }
}
