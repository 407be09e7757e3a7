package io.heliograph.rpc.client;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The login and subscriptions of a client, to be restored on a new connection. Thread-safe. */
final class SessionState {

    private final ClientCore core;
    private final Set<String> events = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Object credentials;

    SessionState(ClientCore core) {
        this.core = core;
    }

    void loggedIn(@Nullable Object params) {
        credentials = params;
    }

    /** Adds the events that the server has accepted. */
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

    /** Logs in and subscribes again. Reports a failed login, and then subscribes all the same. */
    CompletableFuture<?> restore(ClientConnection connection) {
        Object login = credentials;
        List<String> names = List.copyOf(events);
        CompletableFuture<?> loggedIn = login == null
                ? CompletableFuture.completedFuture(null)
                : core.calls.call(connection, "rpc.login", true, login, Object.class, core.callDefaults);
        return loggedIn.handle((done, failure) -> {
                    if (failure != null) {
                        core.errors.report(failure);
                    }
                    return names.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : core.calls.call(connection, "rpc.on", true, names, Object.class, core.callDefaults);
                })
                .thenCompose(subscribing -> subscribing);
    }
}
