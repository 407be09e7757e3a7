package io.heliograph.rpc.client;

import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positions of the events of a client, with which it subscribes again without a loss. A server that has no positions leaves them out;
 * then nothing is recovered. Thread-safe; guarded by this.
 */
final class EventRecovery {

    /** Reason of a gap whose events the server still has. */
    static final String QUEUE_FULL = "queue-full";

    private static final String LOST = "unknown";

    /** Position of an event: that of the last received one, or that at which its subscription began. */
    private static final class Tracked {

        @Nullable
        String position;

        /** Whether events are ignored until the server answers the next subscription, because it sends them again. */
        boolean resubscribing;
    }

    private final Map<String, Tracked> events = new HashMap<>();

    /** Returns the parameters of a subscription: the names, and the positions after which their events are to begin. */
    synchronized List<Object> params(Collection<String> names) {
        Map<String, String> since = new LinkedHashMap<>();
        for (String name : names) {
            Tracked tracked = events.computeIfAbsent(name, missing -> new Tracked());
            since.put(name, tracked.position == null ? "" : tracked.position);
        }
        List<Object> params = new ArrayList<>(names);
        params.add(Map.of("since", since));
        return params;
    }

    /** Returns the events that the server can recover. */
    synchronized List<String> recoverable() {
        return events.entrySet().stream()
                .filter(entry -> entry.getValue().position != null)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    synchronized void unsubscribed(String... names) {
        for (String name : names) {
            events.remove(name);
        }
    }

    /** Begins a new connection. */
    synchronized void connected() {
        events.values().forEach(tracked -> tracked.resubscribing = false);
    }

    /** Records an event; false if it is to be ignored, because it was received before or will be sent again. */
    synchronized boolean received(String event, String position) {
        Tracked tracked = events.get(event);
        if (tracked == null) {
            return true;
        }
        if (tracked.resubscribing || isDuplicate(tracked.position, position)) {
            return false;
        }
        tracked.position = position;
        return true;
    }

    /** Returns whether a position is of the same epoch as the last one, and not after it. */
    private static boolean isDuplicate(@Nullable String last, String position) {
        int colon = position.indexOf(':');
        if (last == null || colon < 0 || !last.regionMatches(0, position, 0, colon + 1)) {
            return false;
        }
        try {
            return Long.parseLong(position, colon + 1, position.length(), 10)
                    <= Long.parseLong(last, colon + 1, last.length(), 10);
        } catch (NumberFormatException other) {
            return false;
        }
    }

    /**
     * Records the answer to a subscription.
     *
     * @param recovery the member {@code recovery} of the response
     * @return reasons of the events that could not be recovered, by event
     */
    synchronized Map<String, String> answered(Dialect dialect, Frame recovery) {
        Map<String, String> lost = new LinkedHashMap<>();
        if (dialect.codec().decode(recovery, Object.class) instanceof Map<?, ?> answers) {
            answers.forEach((name, answer) -> {
                Tracked tracked = events.get(String.valueOf(name));
                if (tracked != null
                        && answer instanceof Map<?, ?> members
                        && members.get("position") instanceof String position) {
                    tracked.resubscribing = false;
                    if (!Boolean.TRUE.equals(members.get("recovered")) || tracked.position == null) {
                        tracked.position = position;
                    }
                    if (Boolean.FALSE.equals(members.get("recovered"))) {
                        lost.put(String.valueOf(name), members.get("reason") instanceof String reason ? reason : LOST);
                    }
                }
            });
        }
        return lost;
    }

    /**
     * Records a gap.
     *
     * @return whether to subscribe again, because the server still has the events; otherwise they are lost
     */
    synchronized boolean gap(String event, @Nullable String position, String reason) {
        Tracked tracked = events.get(event);
        if (tracked == null) {
            return false;
        }
        if (tracked.resubscribing || (reason.equals(QUEUE_FULL) && tracked.position != null)) {
            tracked.resubscribing = true;
            return true;
        }
        tracked.position = position;
        return false;
    }

    /** Returns whether an event waits for the answer to a subscription after a gap. */
    synchronized boolean isResubscribing(String event) {
        Tracked tracked = events.get(event);
        return tracked != null && tracked.resubscribing;
    }

    /** Ends the wait for an answer that has not come. */
    synchronized void resubscribed(String event) {
        Tracked tracked = events.get(event);
        if (tracked != null) {
            tracked.resubscribing = false;
        }
    }
}
