package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code helio rpc methods}: lists the methods of a server. */
@Command(
        name = "methods",
        description = {"Prints the methods of a namespace as {\"result\":[…]}, including protected methods.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc methods ws://localhost:8000/chat"})
final class RpcMethodsCommand extends RpcCall {

    RpcMethodsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        printer.print(Event.result(request(printer, client -> client.call("__listMethods", null))));
    }
}
