package io.heliograph.cli.management;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.EventCommand;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code helio drain}: ends a server without lost calls. */
@Command(
        name = "drain",
        description = {
            "Drains a server and ends it, as SIGTERM does: running calls are answered, and the connections are closed as the mode"
                    + " selects. Prints the event of the server.",
            ""
        },
        footer = {"", "Examples:", "  helio drain", "  helio drain --mode rolling --time 30s --wait 1m"})
public final class DrainCommand extends EventCommand {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ManagementOptions server;

    @Option(
            order = 1,
            names = "--mode",
            paramLabel = "MODE",
            description = "restart or rolling (default: drain.mode of the server).")
    @Nullable
    String mode;

    @Option(
            order = 2,
            names = "--time",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "Time over which the clients are spread (default: drain.time of the server).")
    @Nullable
    Duration time;

    @Option(
            order = 3,
            names = "--wait",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "Waits at most this time until the server has ended, and prints the event ended.")
    @Nullable
    Duration wait;

    public DrainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws InterruptedException {
        ManagementClient client = build(() -> server.client(TIMEOUT));
        Map<String, String> arguments = new LinkedHashMap<>();
        if (mode != null) {
            arguments.put("mode", mode);
        }
        if (time != null) {
            arguments.put("time", time.toMillis() + "ms");
        }
        Map<String, Object> answer = client.run("drain", arguments);
        printer.print(Event.of("draining")
                .number("connections", answer.get("connections") instanceof Number count ? count.longValue() : 0)
                .text("mode", String.valueOf(answer.get("mode")))
                .text("time", String.valueOf(answer.get("time"))));
        if (wait != null) {
            awaitEnd(client, wait);
            printer.print(Event.of("ended"));
        }
    }

    private void awaitEnd(ManagementClient client, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (client.isReachable()) {
            if (System.nanoTime() >= end || terminal.interrupted().isDone()) {
                throw new CommandFailure("the server has not ended within " + limit.toMillis() + " ms");
            }
            TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
        }
    }
}
