package io.heliograph.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Oracle of the delivery of publications: compares the logs of subscribers with the order of their channels.
 *
 * <p>A publication has an id, unique in its channel, and a position. The reference is the log of a subscriber without faults, in the process
 * of the server. A subscriber must receive a continuous part of the reference: nothing lost, repeated or reordered, unless its log has a
 * gap at that point. After a gap only earlier publications are forbidden. Thread-safe.
 */
public final class DeliveryOracle {

    private static final int MAX_VIOLATIONS = 100;

    /** Publication of the reference. */
    private record Reference(int index, String position) {}

    // Guarded by this.
    private final Map<String, Map<String, Reference>> channels = new TreeMap<>();
    private final Map<String, List<String>> order = new HashMap<>();
    private final List<Log> logs = new ArrayList<>();
    private final List<String> confirmed = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    /** Adds the next publication of a channel to the reference. */
    public synchronized void published(String channel, String id, String position) {
        List<String> ids = order.computeIfAbsent(channel, name -> new ArrayList<>());
        Reference earlier = channels.computeIfAbsent(channel, name -> new HashMap<>())
                .putIfAbsent(id, new Reference(ids.size(), position));
        if (earlier == null) {
            ids.add(id);
        } else {
            violation("published twice: " + id + " at " + earlier.position + " and " + position, channel);
        }
    }

    /** Records that a publisher learned that its publication was accepted; the reference must contain it. */
    public synchronized void confirmed(String channel, String id) {
        confirmed.add(key(channel, id));
    }

    /** Records that a publisher learned that its publication was not accepted; the reference must not contain it. */
    public synchronized void rejected(String channel, String id) {
        rejected.add(key(channel, id));
    }

    private static String key(String channel, String id) {
        return channel + '\n' + id;
    }

    /** Starts the log of a subscriber. The subscriber must have subscribed before the first publication. */
    public synchronized Log subscriber(String name, String channel) {
        Log log = new Log(name, channel);
        logs.add(log);
        return log;
    }

    /** Returns the number of publications of the reference. */
    public synchronized int size() {
        return order.values().stream().mapToInt(List::size).sum();
    }

    /** Returns the violations after the end of all deliveries, at most 100; empty if every subscriber received what it must. */
    public synchronized List<String> violations() {
        List<String> all = new ArrayList<>(violations);
        confirmed.stream()
                .filter(key -> !isPublished(key))
                .forEach(key -> all.add("confirmed, not published: " + key.replace("\n", " ")));
        rejected.stream()
                .filter(this::isPublished)
                .forEach(key -> all.add("rejected, published: " + key.replace("\n", " ")));
        for (Log log : logs) {
            log.check(channels.getOrDefault(log.channel, Map.of()), order.getOrDefault(log.channel, List.of()), all);
        }
        return all.size() <= MAX_VIOLATIONS ? all : all.subList(0, MAX_VIOLATIONS);
    }

    private boolean isPublished(String key) {
        int end = key.indexOf('\n');
        return channels.getOrDefault(key.substring(0, end), Map.of()).containsKey(key.substring(end + 1));
    }

    private void violation(String what, String channel) {
        violations.add(what + " channel=" + channel);
    }

    /** Log of one subscriber of one channel, in the order of its events. Thread-safe. */
    public static final class Log {

        private final String name;
        private final String channel;

        /** Events: a publication, or a gap with a null id. Guarded by this. */
        private final List<Event> events = new ArrayList<>();

        private record Event(
                @Nullable String id,
                @Nullable String position,
                @Nullable String reason) {}

        private Log(String name, String channel) {
            this.name = name;
            this.channel = channel;
        }

        /** Records a publication. */
        public void received(String id) {
            received(id, null);
        }

        /**
         * Records a publication with its position.
         *
         * @param position position as the subscriber received it; null if the subscriber does not see positions
         */
        public synchronized void received(String id, @Nullable String position) {
            events.add(new Event(id, position, null));
        }

        /** Records that the subscriber was notified that publications are missing from here on. */
        public synchronized void gap(String reason) {
            events.add(new Event(null, null, reason));
        }

        /** Returns the number of received publications. */
        public synchronized int size() {
            return (int) events.stream().filter(event -> event.id != null).count();
        }

        /** Returns the id of the last publication; null without one. */
        public synchronized @Nullable String last() {
            for (int i = events.size() - 1; i >= 0; i--) {
                String id = events.get(i).id;
                if (id != null) {
                    return id;
                }
            }
            return null;
        }

        /** Returns the reasons of the gaps, in order. */
        public synchronized List<String> gaps() {
            List<String> reasons = new ArrayList<>();
            for (Event event : events) {
                if (event.reason != null) {
                    reasons.add(event.reason);
                }
            }
            return reasons;
        }

        private synchronized void check(Map<String, Reference> known, List<String> order, List<String> violations) {
            int last = -1;
            boolean gap = false;
            for (Event event : events) {
                if (event.id == null) {
                    gap = true;
                    continue;
                }
                Reference reference = known.get(event.id);
                if (reference == null) {
                    violations.add(name + ": received, not published: " + event.id + at());
                    continue;
                }
                if (event.position != null && !event.position.equals(reference.position)) {
                    violations.add(name + ": position of " + event.id + " is " + event.position + ", expected "
                            + reference.position + at());
                }
                if (reference.index <= last) {
                    violations.add(name + ": repeated or reordered: " + event.id + " after " + order.get(last) + at());
                    continue;
                }
                if (reference.index > last + 1 && !gap) {
                    violations.add(name + ": lost without a gap: " + order.get(last + 1) + " to "
                            + order.get(reference.index - 1) + at());
                }
                last = reference.index;
                gap = false;
            }
            if (last < order.size() - 1 && !gap) {
                violations.add(name + ": lost without a gap: " + order.get(last + 1) + " to the end" + at());
            }
        }

        @Override
        public String toString() {
            return name + " channel=" + channel + " received=" + size() + " gaps=" + gaps();
        }

        private String at() {
            return " channel=" + channel;
        }
    }
}
