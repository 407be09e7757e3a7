package io.heliograph.cli.rpc;

import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code helio rpc notify}: sends a notification. */
@Command(
        name = "notify",
        description = {"Sends a notification, a call without a response. Prints nothing.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc notify ws://localhost:8000 log '[\"hello\"]'"})
final class RpcNotifyCommand extends RpcRequest {

    RpcNotifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Object params = params();
        request(printer, client -> {
            CompletableFuture<Void> sent = params == null ? client.notify(method) : client.notify(method, params);
            // The response to a later request proves that the server has read the notification.
            return sent.thenCompose(accepted -> client.listMethods().handle((methods, failure) -> true));
        });
    }
}
