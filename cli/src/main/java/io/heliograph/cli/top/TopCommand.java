package io.heliograph.cli.top;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.management.ManagementClient;
import io.heliograph.cli.management.ManagementOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.EventCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio top}: figures of a running server, and its connections, channels, procedures, ends or drops. */
@Command(
        name = "top",
        description = {
            "Shows the figures of a running server, and a list: its busiest connections, channels or procedures, the last ends of"
                    + " connections, or the last drops. On a terminal a screen that is refreshed, otherwise one JSON object per"
                    + " interval. Reads the management listener of the server.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio top",
            "  helio top http://localhost:8100 --show closed",
            "  helio top --once --sort out --rows 5",
        })
public final class TopCommand extends EventCommand {

    private static final String CLEAR = "\u001b[H\u001b[2J";

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ManagementOptions server;

    @Option(
            order = 1,
            names = "--show",
            paramLabel = "LIST",
            defaultValue = "connections",
            description = "connections, channels, procedures, closed or drops (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    TopView view;

    @Option(
            order = 2,
            names = "--sort",
            paramLabel = "ORDER",
            description =
                    "Order of connections: queued, in, out, age, channels, principal, protocol or id (default: queued); of"
                            + " channels: publications, subscriptions or bytes (default: publications).")
    @Nullable
    String sort;

    @Option(
            order = 3,
            names = "--rows",
            paramLabel = "N",
            defaultValue = "20",
            description = "Maximum number of rows (default: ${DEFAULT-VALUE}).")
    int rows;

    @Option(
            order = 4,
            names = "--interval",
            paramLabel = "D",
            defaultValue = "2s",
            converter = DurationConverter.class,
            description = "Time between two readings (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration interval;

    @Option(order = 5, names = "--once", description = "Reads once, and ends.")
    boolean once;

    public TopCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws InterruptedException {
        ManagementClient client = build(() -> server.client(TIMEOUT));
        build(() -> {
            if (rows < 1 || rows > 1000) {
                throw new IllegalArgumentException("--rows: " + rows + " (expected: 1 to 1000)");
            }
            return true;
        });
        CompletableFuture<?> ended = CompletableFuture.anyOf(terminal.interrupted(), printer.broken());
        Map<String, Object> before = null;
        while (!ended.isDone()) {
            Map<String, Object> now = client.read("stats?fresh=true");
            String list = rows(client);
            TopFigures figures = TopFigures.of(before, now);
            if (printer.isColumns()) {
                terminal.out().add(screen(figures, list(list)));
            } else {
                printer.print(event(figures, list));
            }
            before = now;
            if (once) {
                return;
            }
            await(ended);
        }
    }

    private void await(CompletableFuture<?> ended) throws InterruptedException {
        try {
            ended.get(interval.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException next) {
            // The next reading, or the end.
        }
    }

    /** Reads the rows of the list, as a JSON array. */
    private String rows(ManagementClient client) {
        String document = client.document(view.document(sort == null ? view.order : sort, rows));
        String found = Json.members(document).get("rows");
        if (found == null) {
            throw new CommandFailure("no rows (expected: the management listener of a server)");
        }
        return found;
    }

    private List<Map<String, Object>> list(String json) {
        List<Map<String, Object>> maps = new ArrayList<>();
        if (Json.read(json) instanceof List<?> elements) {
            elements.stream().limit(rows).forEach(element -> maps.add(row(element)));
        }
        return maps;
    }

    @SuppressWarnings("unchecked") // a JSON object
    private static Map<String, Object> row(@Nullable Object element) {
        if (element instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new CommandFailure("rows: not objects (expected: the management listener of a server)");
    }

    private Event event(TopFigures figures, String list) {
        Event event = Event.of("top");
        figures.json().forEach((name, value) -> event.json(name, value.toString()));
        return event.json("ready", Boolean.toString(figures.ready())).json(view.path, list);
    }

    private String screen(TopFigures figures, List<Map<String, Object>> list) {
        StringBuilder screen = new StringBuilder(once ? "" : CLEAR);
        screen.append(figures.line()).append("\n\n");
        TopTable.of(view, Instant.now())
                .lines(list)
                .forEach(line -> screen.append(line).append('\n'));
        return screen.toString();
    }
}
