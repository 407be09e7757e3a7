package io.heliograph.rpc;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The events that one socket is subscribed to. On its loop. */
final class Subscriptions {

    static final String NO_EVENT = "provided event invalid";

    private final ServerOptions options;
    private final ServerSession session;
    private final Set<Event> events = new HashSet<>();

    Subscriptions(ServerOptions options, ServerSession session) {
        this.options = options;
        this.session = session;
    }

    /** Subscribes; all or nothing. Answers the status of each name, or null if one of them is closed to this socket. */
    @Nullable
    Map<String, String> add(List<?> names) {
        for (Object name : names) {
            Event event = declared(name);
            if (event != null && event.isProtected() && !session.isAuthenticated()) {
                return null;
            }
        }
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            Event event = declared(name);
            statuses.put(Requests.text(name), event == null ? NO_EVENT : add(event));
        }
        return statuses;
    }

    private String add(Event event) {
        if (events.contains(event)) {
            return "socket has already been subscribed to event";
        }
        if (events.size() >= options.maxSubscriptions) {
            return "too many subscriptions";
        }
        events.add(event);
        event.subscribers.add(session);
        return "ok";
    }

    /** Unsubscribes. Answers the status of each name. */
    Map<String, String> remove(List<?> names) {
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            Event event = declared(name);
            String status = NO_EVENT;
            if (event != null) {
                status = events.remove(event) ? "ok" : "not subscribed";
                event.subscribers.remove(session);
            }
            statuses.put(Requests.text(name), status);
        }
        return statuses;
    }

    private @Nullable Event declared(@Nullable Object name) {
        Namespace place = session.place();
        return place == null ? null : place.declaredEvent(name);
    }

    /** Unsubscribes from all. */
    void clear() {
        events.forEach(event -> event.subscribers.remove(session));
        events.clear();
    }
}
