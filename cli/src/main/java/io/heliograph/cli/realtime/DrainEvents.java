package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Drains a hub and prints the progress once per second. */
final class DrainEvents {

    private static final long INTERVAL_SECONDS = 1;

    private DrainEvents() {}

    /** Returns a future that completes when the hub has closed and the last event is printed. */
    static CompletableFuture<Void> drain(Hub hub, Drain plan, EventPrinter printer) {
        printer.print(Event.of("draining")
                .number("connections", hub.connections().size())
                .text("mode", plan.mode().name().toLowerCase(Locale.ROOT))
                .text("time", text(plan.time())));
        CompletableFuture<Drain.Result> drained = hub.drain(plan);
        report(hub, drained, printer);
        return drained.thenAccept(result -> printer.print(
                Event.of("closed").number("connections", result.connections()).number("aborted", result.aborted())));
    }

    private static void report(Hub hub, CompletableFuture<?> drained, EventPrinter printer) {
        CompletableFuture.delayedExecutor(INTERVAL_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (!drained.isDone()) {
                printer.print(Event.of("draining")
                        .number("connections", hub.connections().size()));
                report(hub, drained, printer);
            }
        });
    }

    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
