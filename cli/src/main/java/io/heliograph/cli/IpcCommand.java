package io.heliograph.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code helio ipc}: the commands for topic messages over a Unix domain socket. */
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
final class IpcCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return Helio.DONE;
    }
}
