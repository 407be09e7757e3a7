package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code helio rpc call}: calls a method and prints the result. */
@Command(
        name = "call",
        description = {
            "Calls a method and prints {\"result\":…}. An error response is one line on standard error, with exit code 1.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio rpc call ws://localhost:8000 sum '[5,3]'",
            "  helio rpc call ws://localhost:8000 sum '{\"a\":5,\"b\":3}' --msgpack --timeout 2s"
        })
final class RpcCallCommand extends RpcRequest {

    RpcCallCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Object params = params();
        printer.print(Event.result(request(printer, client -> client.call(method, params))));
    }
}
