package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio pub}: one publication to a channel of a realtime server. */
@Command(
        name = "pub",
        description = {"Publishes to a channel of a realtime server, and waits until the server has accepted it.", ""},
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio pub ws://localhost:8000 news '{\"text\":\"hello\"}'",
            "  helio pub ws://localhost:8000 members '\"hello\"' --token-file token.jwt",
            "",
            "Exit codes: 0 accepted; 1 refused, or no answer; 2 wrong usage."
        })
final class PubCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    @Parameters(index = "1", paramLabel = "CHANNEL", description = "The name of the channel.")
    @SuppressWarnings("NullAway.Init")
    String channel;

    @Parameters(
            index = "2",
            paramLabel = "JSON",
            description = "What to publish, any JSON value; a string needs quotes inside the shell's: '\"text\"'."
                    + " With - it is read from standard input.")
    @SuppressWarnings("NullAway.Init")
    String json;

    PubCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Payload data = JsonArgument.payload(spec, terminal, json);
        new RealtimeCall(terminal, options).run(client -> client.invokePublish(channel, data));
        return Helio.DONE;
    }
}
