package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Base of commands that call a method: its name and parameters. */
abstract class RpcRequest extends RpcCall {

    private static final String EXPECTED = "an array such as '[1,2]', or an object such as '{\"a\":1}'";

    @Parameters(index = "1", paramLabel = "METHOD", description = "Name of the method.")
    @SuppressWarnings("NullAway.Init")
    String method;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Parameters, an array or an object (default: none). - reads standard input.")
    @Nullable
    String json;

    RpcRequest(Terminal terminal) {
        super(terminal);
    }

    /** Returns the parameters to send, or null without parameters. */
    final @Nullable Object params() throws IOException {
        if (json == null) {
            return null;
        }
        Payload payload = JsonArgument.payload(spec, terminal, "JSON", json, EXPECTED);
        Object value = payload.value();
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            return sent(payload);
        }
        throw new ParameterException(spec.commandLine(), "JSON: " + payload.text() + " (expected: " + EXPECTED + ")");
    }
}
