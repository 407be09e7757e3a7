package io.heliograph.cli.management;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.EventCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio reload}: lets a server read its configuration again. */
@Command(
        name = "reload",
        description = {
            "Lets a server read its configuration, certificates and keys again, as SIGHUP does, and prints the changes. Connections stay"
                    + " open. If the configuration has errors, prints all of them, and the server keeps the former one.",
            ""
        },
        footer = {"", "Examples:", "  helio reload", "  helio reload http://localhost:8100"})
public final class ReloadCommand extends EventCommand {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ManagementOptions server;

    public ReloadCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        ManagementClient client = build(() -> server.client(TIMEOUT));
        Map<String, Object> answer = client.run("reload", Map.of());
        printer.print(Event.of("reloaded")
                .json("changed", names(answer.get("changed")))
                .json("needs-restart", names(answer.get("needs-restart"))));
    }

    private static String names(@Nullable Object value) {
        return value instanceof List<?> names
                ? names.stream()
                        .map(each -> Json.quote(String.valueOf(each)))
                        .collect(Collectors.joining(",", "[", "]"))
                : "[]";
    }
}
