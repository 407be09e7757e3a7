package io.heliograph.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
    RpcRequest request;

    RpcNotifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Object params = request.params(terminal);
        return request.run(terminal, client -> {
            CompletableFuture<Void> sent =
                    params == null ? client.notify(request.method) : client.notify(request.method, params);
            // The notification has been read when what was sent after it is answered.
            return sent.thenCompose(accepted -> client.listMethods().handle((m, e) -> m));
        });
    }
}
