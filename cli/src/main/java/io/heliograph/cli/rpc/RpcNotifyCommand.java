package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio rpc notify}: sends a notification. */
@Command(
        name = "notify",
        description = {"Sends a notification, a call without a response. Prints nothing.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc notify ws://localhost:8080 log '[\"hello\"]'"})
final class RpcNotifyCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcRequest request;

    RpcNotifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Object params = request.params(terminal);
        return request.run(terminal, client -> {
            CompletableFuture<Void> sent =
                    params == null ? client.notify(request.method) : client.notify(request.method, params);
            // The response to a later request proves that the server has read the notification.
            return sent.thenCompose(accepted -> client.listMethods().handle((m, e) -> m));
        });
    }
}
