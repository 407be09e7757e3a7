package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Json;
import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.config.ConfigException;
import io.heliograph.server.config.HubConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Reload and drain of a server: by a signal, and by the management listener. */
final class OperatorCommands {

    private final Supplier<HubConfig.Changes> reload;
    private final EventPrinter printer;

    /** @param reload reads all sources again; an exception leaves everything as it is */
    OperatorCommands(Supplier<HubConfig.Changes> reload, EventPrinter printer) {
        this.reload = reload;
        this.printer = printer;
    }

    /**
     * Adds the commands to the management listener of a hub.
     *
     * @param drain begins a drain by the members of a request, and returns its plan
     */
    void addTo(Hub hub, Function<Map<String, Object>, Drain> drain) {
        hub.command("reload", none -> reloading());
        hub.command("drain", values -> {
            int connections = hub.connections().size();
            Drain plan = drain.apply(values);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("connections", connections);
            answer.put("mode", plan.mode().name().toLowerCase(Locale.ROOT));
            answer.put("time", DrainEvents.text(plan.time()));
            return CompletableFuture.completedFuture(answer);
        });
    }

    private CompletableFuture<Map<String, List<String>>> reloading() {
        CompletableFuture<Map<String, List<String>>> result = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-reload").start(() -> {
            try {
                HubConfig.Changes changes = reloaded();
                result.complete(Map.of("changed", changes.changed(), "needs-restart", changes.needsRestart()));
            } catch (RuntimeException failed) {
                result.completeExceptionally(new IllegalArgumentException(
                        String.join("; ", errors(failed)) + "; the server keeps its configuration", failed));
            }
        });
        return result;
    }

    /** Reloads because of a signal. */
    void reload() {
        try {
            reloaded();
        } catch (RuntimeException printed) {
            // The event names the errors.
        }
    }

    /** Reloads and prints the event. One reload runs at a time. */
    private synchronized HubConfig.Changes reloaded() {
        try {
            HubConfig.Changes changes = reload.get();
            printer.print(Event.of("reloaded")
                    .json("changed", json(changes.changed()))
                    .json("needs-restart", json(changes.needsRestart())));
            return changes;
        } catch (RuntimeException e) {
            Event failed = Event.failure("error", e).unlimited();
            printer.print(e instanceof ConfigException ? failed.json("errors", json(errors(e))) : failed);
            throw e;
        }
    }

    private static List<String> errors(RuntimeException failure) {
        return failure instanceof ConfigException invalid ? invalid.errors() : List.of(Event.messageOf(failure));
    }

    private static String json(List<String> values) {
        return values.stream().map(Json::quote).collect(Collectors.joining(",", "[", "]"));
    }
}
