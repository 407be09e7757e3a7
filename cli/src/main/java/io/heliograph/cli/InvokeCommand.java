package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio invoke}: one request to a realtime server, and its answer. */
@Command(
        name = "invoke",
        description = {
            "Calls a procedure of a realtime server and prints the answer as {\"data\":…}.",
            "",
            "An error is one line on standard error, with its name and message.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio invoke ws://localhost:8000 sum '{\"a\":1,\"b\":2}'",
            "  helio invoke ws://localhost:8000 time",
            "",
            "Exit codes: 0 answered; 1 an error, or no answer; 2 wrong usage."
        })
final class InvokeCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    @Parameters(index = "1", paramLabel = "PROCEDURE", description = "The name of the procedure.")
    @SuppressWarnings("NullAway.Init")
    String procedure;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "The data, any JSON value (default: none). With - it is read from standard input.")
    @Nullable
    String json;

    InvokeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Payload data = json == null ? null : JsonArgument.payload(spec, terminal, json);
        Payload answer = new RealtimeCall(terminal, options)
                .run(client -> data == null ? client.invoke(procedure) : client.invoke(procedure, data));
        new EventPrinter(terminal, false).print(Event.answer(answer));
        return Helio.DONE;
    }
}
