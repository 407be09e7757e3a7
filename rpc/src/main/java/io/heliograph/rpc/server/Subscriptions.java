package io.heliograph.rpc.server;

import io.heliograph.rpc.wire.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The events that one socket is subscribed to. Event loop only. */
final class Subscriptions {

    private static final String UNKNOWN_EVENT = "provided event invalid";
    private static final String ALREADY_SUBSCRIBED = "socket has already been subscribed to event";
    private static final String TOO_MANY = "too many subscriptions";

    private final int limit;
    private final ServerSession session;
    private final Set<RegisteredEvent> events = new HashSet<>();

    // Events of the backend, also those that it has not accepted yet.
    private final Map<String, BackendSubscription> backendEvents = new HashMap<>();

    Subscriptions(int limit, ServerSession session) {
        this.limit = limit;
        this.session = session;
    }

    /**
     * Subscribes to all events, or to none if one of them is protected, and responds with the status of each name.
     *
     * @param since positions that the client asks for, by event; only for events of a backend
     */
    void add(Request request, List<?> names, Map<?, ?> since) {
        for (Object name : names) {
            RegisteredEvent event = find(name);
            if (event != null && event.isProtected() && !session.isAuthenticated()) {
                request.reject(ErrorCode.EVENT_FORBIDDEN, null);
                return;
            }
        }
        Map<String, String> statuses = new LinkedHashMap<>();
        BackendSession backend = session.backend();
        SubscriptionRequest asking = backend == null ? null : new SubscriptionRequest(backend, request, statuses);
        for (Object name : names) {
            RegisteredEvent event = find(name);
            if (event != null) {
                statuses.put(event.name(), add(event));
            } else if (asking != null && name instanceof String backendEvent) {
                ask(asking, backendEvent, since.get(name) instanceof String position ? position : null, statuses);
            } else {
                statuses.put(RequestReader.toJavaScriptString(name), UNKNOWN_EVENT);
            }
        }
        if (asking == null) {
            request.subscribed(Namespace.SUBSCRIBE, statuses, Map.of());
        } else {
            asking.run();
        }
    }

    private String add(RegisteredEvent event) {
        if (events.contains(event)) {
            return ALREADY_SUBSCRIBED;
        }
        if (isFull()) {
            return TOO_MANY;
        }
        events.add(event);
        event.subscribers.add(session);
        return "ok";
    }

    private boolean isFull() {
        return events.size() + backendEvents.size() >= limit;
    }

    private void ask(SubscriptionRequest asking, String event, @Nullable String since, Map<String, String> statuses) {
        BackendSubscription known = backendEvents.get(event);
        if (known != null && (isKept(known, since) || asking.has(known))) {
            statuses.putIfAbsent(event, ALREADY_SUBSCRIBED);
            return;
        }
        if (known != null) {
            known.unsubscribe();
        }
        if (isFull()) {
            statuses.put(event, TOO_MANY);
        } else {
            backendEvents.put(event, asking.add(event, since));
        }
    }

    /** Returns whether a subscription already has what the client asks for. */
    private static boolean isKept(BackendSubscription known, @Nullable String since) {
        return since == null || (since.isEmpty() && known.since() != null);
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
            BackendSubscription backendEvent = backendEvents.get(name);
            String status = UNKNOWN_EVENT;
            if (event != null) {
                status = events.remove(event) ? "ok" : "not subscribed";
                event.subscribers.remove(session);
            } else if (backendEvent != null) {
                backendEvent.unsubscribe();
                status = "ok";
            } else if (session.backend() != null && name instanceof String) {
                status = "not subscribed";
            }
            statuses.put(RequestReader.toJavaScriptString(name), status);
        }
        return statuses;
    }

    /** Removes a subscription that has ended; false if it was removed before. */
    boolean remove(BackendSubscription subscription) {
        return backendEvents.remove(subscription.event(), subscription);
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
        List.copyOf(backendEvents.values()).forEach(BackendSubscription::abandon);
        backendEvents.clear();
    }
}
