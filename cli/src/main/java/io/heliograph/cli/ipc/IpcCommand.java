package io.heliograph.cli.ipc;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code helio ipc}: topic messages over a Unix domain socket. */
@Command(
        name = "ipc",
        description =
                "Topic messages between processes over a Unix domain socket, compatible with @crussell52/socket-ipc.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio ipc listen /tmp/demo.sock --echo",
            "  helio ipc connect /tmp/demo.sock",
            "  helio ipc send /tmp/demo.sock hello '{\"name\":\"Ada\"}' --wait hello --timeout 2s"
        })
public final class IpcCommand extends CommandGroup {

    private IpcCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns this command and its subcommands. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new IpcCommand(terminal))
                .addSubcommand(new IpcListenCommand(terminal))
                .addSubcommand(new IpcConnectCommand(terminal))
                .addSubcommand(new IpcSendCommand(terminal));
    }
}
