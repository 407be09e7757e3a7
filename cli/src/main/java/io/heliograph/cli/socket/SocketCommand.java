package io.heliograph.cli.socket;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code helio socket}: typed values over TCP. */
@Command(
        name = "socket",
        description =
                "Typed values over plain or framed TCP, with TLS; compatible with the Accessors and Ptolemy socket module.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio socket listen 4000 --receive int --send double --framed",
            "  helio socket connect localhost 4000 --receive double --send int --framed"
        })
public final class SocketCommand extends CommandGroup {

    private SocketCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns this command and its subcommands. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new SocketCommand(terminal))
                .addSubcommand(new SocketListenCommand(terminal))
                .addSubcommand(new SocketConnectCommand(terminal));
    }
}
