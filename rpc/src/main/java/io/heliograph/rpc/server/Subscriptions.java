package io.heliograph.rpc.server;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The events that one socket is subscribed to. Event loop only. */
final class Subscriptions {

    private static final String UNKNOWN_EVENT = "provided event invalid";

    private final int limit;
    private final ServerSession session;
    private final Set<RegisteredEvent> events = new HashSet<>();

    Subscriptions(int limit, ServerSession session) {
        this.limit = limit;
        this.session = session;
    }

    /**
     * Subscribes to all events, or to none if one of them is protected.
     *
     * @return the status of each name; null if the socket is not authenticated and an event is protected
     */
    @Nullable
    Map<String, String> add(List<?> names) {
        for (Object name : names) {
            RegisteredEvent event = find(name);
            if (event != null && event.isProtected() && !session.isAuthenticated()) {
                return null;
            }
        }
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            RegisteredEvent event = find(name);
            statuses.put(RequestReader.toJavaScriptString(name), event == null ? UNKNOWN_EVENT : add(event));
        }
        return statuses;
    }

    private String add(RegisteredEvent event) {
        if (events.contains(event)) {
            return "socket has already been subscribed to event";
        }
        if (events.size() >= limit) {
            return "too many subscriptions";
        }
        events.add(event);
        event.subscribers.add(session);
        return "ok";
    }

    /**
     * Unsubscribes.
     *
     * @return the status of each name
     */
    Map<String, String> remove(List<?> names) {
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            RegisteredEvent event = find(name);
            String status = UNKNOWN_EVENT;
            if (event != null) {
                status = events.remove(event) ? "ok" : "not subscribed";
                event.subscribers.remove(session);
            }
            statuses.put(RequestReader.toJavaScriptString(name), status);
        }
        return statuses;
    }

    private @Nullable RegisteredEvent find(@Nullable Object name) {
        Namespace namespace = session.enteredNamespace();
        return namespace == null ? null : namespace.findEvent(name);
    }

    /** Ends the subscriptions to protected events. */
    void revokeProtected() {
        events.removeIf(event -> event.isProtected() && event.subscribers.remove(session));
    }

    void clear() {
        events.forEach(event -> event.subscribers.remove(session));
        events.clear();
    }
}
