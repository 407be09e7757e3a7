package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
    RpcTarget target;

    @Parameters(index = "1", paramLabel = "METHOD", description = "The method.")
    @SuppressWarnings("NullAway.Init")
    String method;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Parameters: an array or an object; none if left out.")
    @Nullable String json;

    RpcCallCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Payload params = json == null ? null : target.json(json);
        return target.run(
                terminal,
                client ->
                        client.call(method, target.sent(params))
                                .thenAccept(result ->
                                        RpcTarget.print(
                                                terminal.out(),
                                                "{\"result\":" + RpcTarget.text(result) + "}")));
    }
}
