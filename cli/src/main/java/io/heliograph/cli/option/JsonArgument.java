package io.heliograph.cli.option;

import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** JSON value as a command-line argument; {@code -} reads standard input. */
public final class JsonArgument {

    private static final int SHOWN = 40;

    private static final String ANY =
            "a JSON value, such as '{\"a\":1}', '[1,2]' or, with quotes inside the shell's, '\"text\"'";

    private JsonArgument() {}

    /** Parses an argument that accepts any JSON value. */
    public static Payload payload(CommandSpec spec, Terminal terminal, String argument) throws IOException {
        return payload(spec, terminal, "JSON", argument, ANY);
    }

    /**
     * Parses an argument; the payload keeps its characters.
     *
     * @param name name of the argument, for the message
     * @param expected expected form, for the message
     * @throws ParameterException if the argument is malformed
     */
    public static Payload payload(CommandSpec spec, Terminal terminal, String name, String argument, String expected)
            throws IOException {
        String text =
                argument.equals("-") ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8) : argument;
        try {
            Json.read(text);
        } catch (CodecException e) {
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
            throw new ParameterException(
                    spec.commandLine(),
                    name + ": " + shown + " is not JSON: " + Json.problem(e) + " (expected: " + expected + ")",
                    e);
        }
        return Json.payload(text);
    }
}
