package io.heliograph.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code helio rpc}: the commands for calls and events over WebSocket. */
@Command(
        name = "rpc",
        description = "JSON-RPC 2.0 and MessagePack RPC with events over WebSocket, compatible with rpc-websockets.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio rpc serve --port 8080 --demo",
            "  helio rpc call ws://localhost:8080 sum '[5,3]'",
            "  helio rpc subscribe ws://localhost:8080 tick"
        })
final class RpcCommand implements Callable<Integer> {

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
