package io.heliograph.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code helio}: the commands there are. */
@Command(
        name = "helio",
        description = {
            "Signals between processes, over Unix sockets, TCP and WebSocket.",
            "",
            "Speaks the protocols of SocketCluster (serve, sub, pub, invoke, transmit), rpc-websockets (rpc),"
                    + " @crussell52/socket-ipc (ipc), the Accessors socket module (socket), and channels that host"
                    + " themselves (channel).",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  helio serve --demo",
            "  helio sub ws://localhost:8000 chat ticks",
            "  helio ipc listen /tmp/demo.sock --echo --pretty",
            "  helio channel builds",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage.",
            "'helio COMMAND --help' tells more."
        })
final class HelioCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    boolean version;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return Helio.DONE;
    }
}
