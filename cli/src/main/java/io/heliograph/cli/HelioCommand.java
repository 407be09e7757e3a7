package io.heliograph.cli;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code helio}: root of all commands. */
@Command(
        name = "helio",
        description = {
            "Messaging between processes over Unix sockets, TCP and WebSocket.",
            "",
            "serve, connect, sub, pub, call and transmit speak the protocols of SocketCluster, rpc-websockets and"
                    + " @crussell52/socket-ipc, by the address. Further commands are for one protocol: rpc-websockets (rpc),"
                    + " @crussell52/socket-ipc (ipc), the Accessors socket module (socket), and open-channel (channel).",
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
            "Exit codes: 0 success, 1 failure, 2 invalid usage.",
            "See 'helio COMMAND --help'."
        })
final class HelioCommand extends CommandGroup {

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    boolean version;

    HelioCommand(Terminal terminal) {
        super(terminal);
    }
}
