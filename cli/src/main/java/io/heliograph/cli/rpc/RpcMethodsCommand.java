package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio rpc methods}: lists the methods of a server. */
@Command(
        name = "methods",
        description = {"Prints the methods of a namespace as {\"result\":[…]}, including protected methods.", ""},
        sortOptions = false,
        footer = {"", "Example:", "  helio rpc methods ws://localhost:8080/chat"})
final class RpcMethodsCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RpcTarget target;

    RpcMethodsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws InterruptedException {
        EventPrinter printer = new EventPrinter(terminal, false);
        return target.run(
                terminal,
                client -> client.call("__listMethods", null).thenAccept(result -> printer.print(Event.result(result))));
    }
}
