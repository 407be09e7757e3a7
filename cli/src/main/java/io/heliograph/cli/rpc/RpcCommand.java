package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code helio rpc}: calls and events over WebSocket. */
@Command(
        name = "rpc",
        description = "JSON-RPC 2.0 and MessagePack RPC with events over WebSocket, compatible with rpc-websockets.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  helio rpc serve --demo",
            "  helio rpc call ws://localhost:8000 sum '[5,3]'",
            "  helio rpc subscribe ws://localhost:8000 tick"
        })
public final class RpcCommand extends CommandGroup {

    private RpcCommand(Terminal terminal) {
        super(terminal);
    }

    /** Returns this command and its subcommands. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new RpcCommand(terminal))
                .addSubcommand(new RpcServeCommand(terminal))
                .addSubcommand(new RpcCallCommand(terminal))
                .addSubcommand(new RpcNotifyCommand(terminal))
                .addSubcommand(new RpcSubscribeCommand(terminal))
                .addSubcommand(new RpcMethodsCommand(terminal));
    }
}
