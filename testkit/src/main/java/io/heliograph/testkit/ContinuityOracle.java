package io.heliograph.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Oracle of the delivery of publications by several servers, without a reference order: compares the logs of subscribers with each other and
 * with the outcomes of the publishers.
 *
 * <p>A segment is the part of a subscriber's log between two reported gaps. The rules:
 *
 * <ul>
 *   <li>In a segment, offsets rise by one, the sequences of each publisher rise, and only publications that were not confirmed are skipped.
 *   <li>In a segment, no publication is repeated.
 *   <li>One position has one publication, and the segments of all subscribers of a channel agree on one order.
 *   <li>A subscriber receives every confirmed publication that began after its subscription, or its last gap.
 *   <li>A publication that certainly failed is not received.
 *   <li>A gap is reported only while a fault permits it.
 * </ul>
 *
 * <p>Times are milliseconds since the epoch, of one machine. Thread-safe.
 */
public final class ContinuityOracle {

    private static final int MAX_VIOLATIONS = 100;

    /** Outcome of a publication, as its publisher learned it. */
    public enum Outcome {
        CONFIRMED,
        UNSENT,
        UNKNOWN
    }

    private record Id(String publisher, long sequence) {

        @Override
        public String toString() {
            return publisher + ":" + sequence;
        }
    }

    private record Publication(Outcome outcome, long began) {}

    private record Period(long from, long to) {}

    // Guarded by this. Publications by channel.
    private final Map<String, Map<Id, Publication>> publications = new LinkedHashMap<>();
    private final List<Log> logs = new ArrayList<>();
    private final List<Period> faults = new ArrayList<>();
    private final Duration tolerance;

    /**
     * Creates an oracle.
     *
     * @param tolerance time after the end of a fault in which a gap may still be reported
     */
    public ContinuityOracle(Duration tolerance) {
        this.tolerance = tolerance;
    }

    /**
     * Records a publication.
     *
     * @param sequence number of the publication, rising for each publisher and channel
     * @param began time at which the publisher began to publish
     */
    public synchronized void published(String channel, String publisher, long sequence, Outcome outcome, long began) {
        publications
                .computeIfAbsent(channel, name -> new LinkedHashMap<>())
                .put(new Id(publisher, sequence), new Publication(outcome, began));
    }

    /** Records a fault that permits gaps. */
    public synchronized void fault(long from, long to) {
        faults.add(new Period(from, to));
    }

    /** Starts the log of a subscriber. */
    public synchronized Log subscriber(String name, String channel) {
        Log log = new Log(name, channel);
        logs.add(log);
        return log;
    }

    /** Returns the number of recorded publications with an outcome. */
    public synchronized long count(Outcome outcome) {
        return publications.values().stream()
                .flatMap(each -> each.values().stream())
                .filter(each -> each.outcome == outcome)
                .count();
    }

    /** Returns the violations after the end of all deliveries, at most 100; empty if every rule holds. */
    public synchronized List<String> violations() {
        List<String> violations = new ArrayList<>();
        Map<String, List<Log>> byChannel = new LinkedHashMap<>();
        logs.forEach(log -> byChannel
                .computeIfAbsent(log.channel, name -> new ArrayList<>())
                .add(log));
        byChannel.forEach((channel, subscribers) -> {
            Map<Id, Publication> known = publications.getOrDefault(channel, Map.of());
            subscribers.forEach(log -> log.check(known, this, violations));
            checkOrder(channel, subscribers, violations);
        });
        return violations.size() <= MAX_VIOLATIONS ? violations : violations.subList(0, MAX_VIOLATIONS);
    }

    /** Whether a fault permits a gap at a time. Guarded by this. */
    private boolean permitsGap(long time) {
        return faults.stream().anyMatch(fault -> time >= fault.from && time <= fault.to + tolerance.toMillis());
    }

    /** Checks that the segments of all subscribers of a channel agree on one order: each id before its successors, without a cycle. */
    private static void checkOrder(String channel, List<Log> subscribers, List<String> violations) {
        Map<Id, Set<Id>> successors = new LinkedHashMap<>();
        Map<Id, Integer> predecessors = new HashMap<>();
        Map<String, Id> byPosition = new HashMap<>();
        for (Log log : subscribers) {
            for (List<Event> segment : log.segments()) {
                Event before = null;
                for (Event event : segment) {
                    predecessors.putIfAbsent(event.id, 0);
                    if (before != null
                            && successors
                                    .computeIfAbsent(before.id, id -> new HashSet<>())
                                    .add(event.id)) {
                        predecessors.merge(event.id, 1, Integer::sum);
                    }
                    before = event;
                    Id other = event.position == null ? null : byPosition.putIfAbsent(event.position, event.id);
                    if (other != null && !other.equals(event.id)) {
                        violations.add("two publications at " + event.position + ": " + other + " and " + event.id
                                + " channel=" + channel);
                    }
                }
            }
        }
        Deque<Id> free = new ArrayDeque<>();
        predecessors.forEach((id, count) -> {
            if (count == 0) {
                free.add(id);
            }
        });
        int ordered = 0;
        for (Id next = free.poll(); next != null; next = free.poll()) {
            ordered++;
            for (Id successor : successors.getOrDefault(next, Set.of())) {
                if (predecessors.merge(successor, -1, Integer::sum) == 0) {
                    free.add(successor);
                }
            }
        }
        if (ordered < predecessors.size()) {
            violations.add("no common order: " + first(predecessors) + " channel=" + channel);
        }
    }

    private static String first(Map<Id, Integer> predecessors) {
        return predecessors.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .map(each -> each.getKey().toString())
                .sorted()
                .limit(5)
                .toList()
                .toString();
    }

    /** Event of a subscriber: a publication. */
    private record Event(Id id, @Nullable String position) {}

    /** Part of a log between two gaps. */
    private static final class Segment {
        final List<Event> events = new ArrayList<>();
    }

    /** Log of one subscriber of one channel, in the order of its events. Thread-safe. */
    public static final class Log {

        private final String name;
        private final String channel;

        // Guarded by this.
        private final List<Segment> segments = new ArrayList<>();
        private final Map<Long, String> gaps = new LinkedHashMap<>();
        private long since = Long.MAX_VALUE;
        private int count;

        private Log(String name, String channel) {
            this.name = name;
            this.channel = channel;
            segments.add(new Segment());
        }

        /**
         * Records a subscription that does not continue an earlier one: the first, or one of a client that does not recover. Later publications
         * must be received.
         */
        public synchronized void subscribed(long time) {
            segments.add(new Segment());
            since = time;
        }

        /** Records the end of the subscription of a client that does not recover. */
        public synchronized void unsubscribed() {
            since = Long.MAX_VALUE;
        }

        /**
         * Records a publication.
         *
         * @param position position of the form {@code epoch:offset}; null if the subscriber does not see positions
         */
        public synchronized void received(String publisher, long sequence, @Nullable String position) {
            segments.getLast().events.add(new Event(new Id(publisher, sequence), position));
            count++;
        }

        /** Records that the subscriber was notified that publications are missing from here on. */
        public synchronized void gap(String reason, long time) {
            gaps.put(time, reason);
            segments.add(new Segment());
            since = time;
        }

        /** Returns the number of received publications. */
        public synchronized int size() {
            return count;
        }

        /** Returns the reasons of the gaps, in order. */
        public synchronized List<String> gaps() {
            return List.copyOf(gaps.values());
        }

        private synchronized Collection<List<Event>> segments() {
            return segments.stream().map(segment -> List.copyOf(segment.events)).toList();
        }

        private synchronized void check(Map<Id, Publication> known, ContinuityOracle oracle, List<String> violations) {
            Map<String, NavigableSet<Long>> confirmed = new HashMap<>();
            known.forEach((id, publication) -> {
                if (publication.outcome == Outcome.CONFIRMED) {
                    confirmed
                            .computeIfAbsent(id.publisher, publisher -> new TreeSet<>())
                            .add(id.sequence);
                }
            });
            Set<Id> all = new HashSet<>();
            for (Segment segment : segments) {
                check(segment, known, confirmed, violations);
                segment.events.forEach(event -> all.add(event.id));
            }
            gaps.forEach((time, reason) -> {
                if (!oracle.permitsGap(time)) {
                    violations.add(name + ": gap without a fault: " + reason + " time=" + time + at());
                }
            });
            known.forEach((id, publication) -> {
                if (publication.outcome == Outcome.CONFIRMED && publication.began > since && !all.contains(id)) {
                    violations.add(name + ": lost: " + id + at());
                }
            });
        }

        private void check(
                Segment segment,
                Map<Id, Publication> known,
                Map<String, NavigableSet<Long>> confirmed,
                List<String> violations) {
            Map<String, Long> last = new HashMap<>();
            Set<Id> seen = new HashSet<>();
            String before = null;
            for (Event event : segment.events) {
                Id id = event.id;
                Publication publication = known.get(id);
                if (publication == null || publication.outcome == Outcome.UNSENT) {
                    violations.add(name + ": received, not published: " + id + at());
                }
                if (!seen.add(id)) {
                    violations.add(name + ": repeated: " + id + at());
                    continue;
                }
                Long earlier = last.put(id.publisher, id.sequence);
                if (earlier != null && earlier > id.sequence) {
                    violations.add(name + ": reordered: " + id + " after " + id.publisher + ":" + earlier + at());
                } else if (earlier != null) {
                    NavigableSet<Long> sequences = confirmed.get(id.publisher);
                    Long lost = sequences == null ? null : sequences.higher(earlier);
                    if (lost != null && lost < id.sequence) {
                        violations.add(name + ": lost: " + id.publisher + ":" + lost + " before " + id + at());
                    }
                }
                if (before != null && event.position != null && offset(event.position) != offset(before) + 1) {
                    violations.add(name + ": position " + event.position + " after " + before + at());
                }
                before = event.position;
            }
        }

        private static long offset(String position) {
            return Long.parseLong(position.substring(position.indexOf(':') + 1));
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
