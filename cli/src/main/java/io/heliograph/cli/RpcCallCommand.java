package io.heliograph.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio rpc call}: one call and its answer. */
@Command(
        name = "call",
        description = {
            "Calls a method and prints {\"result\":…}; an error answer is one line on standard error, and exit code 1.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio rpc call ws://localhost:8080 sum '[5,3]'",
            "  helio rpc call ws://localhost:8080 sum '{\"a\":5,\"b\":3}' --msgpack --timeout 2s"
        })
final class RpcCallCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcRequest request;

    RpcCallCommand(Terminal terminal) {
        this.terminal = terminal;
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
