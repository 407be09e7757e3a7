package io.heliograph.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio rpc methods}: what a server offers. */
@Command(
        name = "methods",
        description = {"Prints the methods of a namespace as {\"result\":[…]}, protected ones included.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc methods ws://localhost:8080/chat"})
final class RpcMethodsCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcTarget target;

    RpcMethodsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        EventPrinter printer = new EventPrinter(terminal, false);
        return target.run(
                terminal,
                client -> client.call("__listMethods").thenAccept(result -> printer.print(Event.result(result))));
    }
}
