package io.heliograph.cli.realtime;

import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.codec.Payload;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code helio pub}: publishes to a channel of a realtime server. */
@Command(
        name = "pub",
        description = {"Publishes to a channel of a realtime server and waits for the acknowledgment.", ""},
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio pub ws://localhost:8000 news '{\"text\":\"hello\"}'",
            "  helio pub ws://localhost:8000 members '\"hello\"' --token-file token.jwt",
            "",
            "Exit codes: 0 accepted; 1 rejected or no response; 2 invalid usage."
        })
final class PubCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    @Parameters(index = "1", paramLabel = "CHANNEL", description = "Name of the channel.")
    @SuppressWarnings("NullAway.Init")
    String channel;

    @Parameters(
            index = "2",
            paramLabel = "JSON",
            description = "Data, any JSON value; a string needs quotes inside those of the shell: '\"text\"'."
                    + " - reads standard input.")
    @SuppressWarnings("NullAway.Init")
    String json;

    PubCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Payload data = JsonArgument.payload(spec, terminal, json);
        new RealtimeCall(terminal, options)
                .run(client -> client.channel(channel).publish(data));
        return ExitCode.SUCCESS;
    }
}
