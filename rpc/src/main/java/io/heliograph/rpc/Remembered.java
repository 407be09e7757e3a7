package io.heliograph.rpc;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a server knows of a client as long as they are connected, so that it can be told again: its login and its subscriptions. */
final class Remembered {

    private final ClientCore core;
    private final Set<String> events = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Object credentials;

    Remembered(ClientCore core) {
        this.core = core;
    }

    void loggedIn(@Nullable Object params) {
        credentials = params;
    }

    /** What the server said to each name. */
    void subscribed(Map<String, String> statuses) {
        statuses.forEach((event, status) -> {
            if (isSubscribed(status)) {
                events.add(event);
            }
        });
    }

    static boolean isSubscribed(@Nullable String status) {
        return "ok".equals(status) || "socket has already been subscribed to event".equals(status);
    }

    void unsubscribed(String... names) {
        events.removeAll(Set.of(names));
    }

    /** Tells it over a new connection. What the server does not like any more is reported. */
    CompletableFuture<?> restore(ClientLink link) {
        Object login = credentials;
        List<String> names = List.copyOf(events);
        CompletableFuture<?> first = login == null
                ? CompletableFuture.completedFuture(null)
                : link.call("rpc.login", true, login, Object.class, core.callDefaults);
        return first.handle((done, failed) -> {
                    if (failed != null) {
                        core.errors.report(failed);
                    }
                    return names.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : link.call("rpc.on", true, names, Object.class, core.callDefaults);
                })
                .thenCompose(subscribing -> subscribing);
    }
}
