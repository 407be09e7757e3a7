package io.heliograph.cli;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A JSON value that a command is given as an argument; a {@code -} stands for standard input. */
final class JsonArgument {

    private static final int SHOWN = 40;

    private static final String ANY =
            "a JSON value, such as '{\"a\":1}', '[1,2]' or, with quotes inside the shell's, '\"text\"'";

    private JsonArgument() {}

    /** The value of an argument that takes any. */
    static Payload payload(CommandSpec spec, Terminal terminal, String argument) throws IOException {
        return payload(spec, terminal, "JSON", argument, ANY);
    }

    /**
     * The value, as it was written.
     *
     * @param name what the argument is called
     * @param expected what it should be
     * @throws ParameterException if it is no JSON, naming what is wrong
     */
    static Payload payload(CommandSpec spec, Terminal terminal, String name, String argument, String expected)
            throws IOException {
        String text =
                argument.equals("-") ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8) : argument;
        try {
            JsonText.read(text);
        } catch (CodecException e) {
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
            throw new ParameterException(
                    spec.commandLine(),
                    name + ": " + shown + " is no JSON: " + JsonText.problem(e) + " (expected: " + expected + ")",
                    e);
        }
        return JsonText.payload(text);
    }
}
