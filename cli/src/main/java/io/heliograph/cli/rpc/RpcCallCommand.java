package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
            "  helio rpc call ws://localhost:8080 sum '[5,3]'",
            "  helio rpc call ws://localhost:8080 sum '{\"a\":5,\"b\":3}' --msgpack --timeout 2s"
        })
final class RpcCallCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcRequest request;

    RpcCallCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Object params = request.params(terminal);
        EventPrinter printer = new EventPrinter(terminal, false);
        return request.run(
                terminal,
                client ->
                        client.call(request.method, params).thenAccept(result -> printer.print(Event.result(result))));
    }
}
