package io.heliograph.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code helio socket}: the commands for typed values over TCP. */
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
final class SocketCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    /** With its commands. */
    static CommandLine with(Terminal terminal) {
        return new CommandLine(new SocketCommand())
                .addSubcommand(new SocketListenCommand(terminal))
                .addSubcommand(new SocketConnectCommand(terminal));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return Helio.DONE;
    }
}
