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
        core.recovery.unsubscribed(names);
    }

    /** Returns the parameters of a subscription. */
    List<?> params(List<String> names) {
        return core.options.calls().recovery() && !names.isEmpty() ? core.recovery.params(names) : names;
    }

    /** Returns whether {@link #restore} has something to do. */
    boolean isRestorable() {
        return core.options.calls().restore() || !core.recovery.recoverable().isEmpty();
    }

    /**
     * Logs in and subscribes again. Reports a failed login, and then subscribes all the same. Without the option {@code restore}, subscribes
     * to the events that the server can recover.
     */
    CompletableFuture<?> restore(ClientConnection connection) {
        boolean all = core.options.calls().restore();
        core.recovery.connected();
        Object login = all ? credentials : null;
        List<String> names = all ? List.copyOf(events) : core.recovery.recoverable();
        CompletableFuture<?> loggedIn = login == null
                ? CompletableFuture.completedFuture(null)
                : core.calls.call(connection, "rpc.login", true, login, Object.class, core.callDefaults);
        return loggedIn.handle((done, failure) -> {
                    if (failure != null) {
                        core.errors.report(failure);
                    }
                    return names.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : core.calls.call(
                                    connection, "rpc.on", true, params(names), Object.class, core.callDefaults);
                })
                .thenCompose(subscribing -> subscribing);
    }
}
