package io.heliograph.cli;

import io.heliograph.codec.Payload;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code helio rpc notify}: a call that has no answer. */
@Command(
        name = "notify",
        description = {"Calls a method without waiting for an answer, and prints nothing.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc notify ws://localhost:8080 log '[\"hello\"]'"})
final class RpcNotifyCommand implements Callable<Integer> {

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

    RpcNotifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Payload params = json == null ? null : target.json(json);
        return target.run(
                terminal,
                client -> {
                    CompletableFuture<Void> sent =
                            params == null
                                    ? client.notify(method)
                                    : client.notify(method, target.sent(params));
                    // The notification has been read when what was sent after it is answered.
                    return sent.thenCompose(accepted -> client.listMethods().handle((m, e) -> m));
                });
    }
}
