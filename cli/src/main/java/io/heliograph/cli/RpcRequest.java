package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Which server is called, the method, and its parameters. */
final class RpcRequest extends RpcTarget {

    private static final String EXPECTED = "an array such as '[1,2]', or an object such as '{\"a\":1}'";

    @Parameters(index = "1", paramLabel = "METHOD", description = "The method.")
    @SuppressWarnings("NullAway.Init")
    String method;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description =
                    "Parameters, an array or an object (default: none). With - they are read from standard input.")
    @Nullable
    String json;

    /** The parameters as they are sent, or null if there are none. */
    @Nullable
    Object params(Terminal terminal) throws IOException {
        if (json == null) {
            return null;
        }
        Payload payload = JsonArgument.payload(spec, terminal, "JSON", json, EXPECTED);
        Object value = payload.value();
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            return sent(payload);
        }
        throw new ParameterException(
                spec.commandLine(), "JSON: " + payload.text() + " can not be parameters (expected: " + EXPECTED + ")");
    }
}
