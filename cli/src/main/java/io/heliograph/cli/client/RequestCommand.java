package io.heliograph.cli.client;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Base of commands that send one event or call: its name and data. */
abstract class RequestCommand extends ClientCommand {

    @Parameters(index = "1", paramLabel = "NAME", description = "Name of the procedure or event.")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Data, any JSON value (default: none). - reads standard input.")
    @Nullable
    String json;

    RequestCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns the data, or null if absent. */
    final @Nullable Payload data() throws IOException {
        return json == null ? null : JsonArgument.payload(spec, terminal, json);
    }
}
