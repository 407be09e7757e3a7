package io.heliograph.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 *   <li>In a segment, offsets and the sequences of each publisher rise, and only publications that were not confirmed are skipped. An offset may be
 *       skipped: that of a publication that a server published again after a promotion.
 *   <li>In a segment, no publication is repeated.
 *   <li>One position has one publication, and the segments of all subscribers of a channel agree on one order;
 *       publications after a fork of the log may have another one before its gap.
 *   <li>A subscriber receives every confirmed publication that began after its subscription, or its last gap.
 *   <li>A publication that certainly failed is not received.
 *   <li>A gap is reported only while a fault permits it.
 * </ul>
 *
 * <p>Times are milliseconds since the epoch, of one machine. Thread-safe.
 */
public final class ContinuityOracle {

    private static final int MAX_VIOLATIONS = 100;

    /** Reasons of a gap after which publications may be published again. */
    private static final Set<String> FORKS = Set.of("forked", "engine-lost-state");

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

    private record Period(long from, long to, Set<String> reasons) {}

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

    /** Records a fault that permits gaps, for all reasons or for the given ones. */
    public synchronized void fault(long from, long to, String... reasons) {
        faults.add(new Period(from, to, Set.of(reasons)));
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

    /** Whether a fault permits a gap. Guarded by this. */
    private boolean permitsGap(long time, String reason) {
        return faults.stream()
                .anyMatch(fault -> time >= fault.from
                        && time <= fault.to + tolerance.toMillis()
                        && (fault.reasons.isEmpty() || fault.reasons.contains(reason)));
    }

    /**
     * Checks that one position has one publication, and that the segments of all subscribers of a channel agree on one order: of the positions,
     * and of the publications unless the segment ends because the log was forked. What followed the fork was published again in another order.
     */
    private static void checkOrder(String channel, List<Log> subscribers, List<String> violations) {
        Map<String, Id> byPosition = new HashMap<>();
        List<List<String>> positions = new ArrayList<>();
        List<List<Id>> ids = new ArrayList<>();
        for (Log log : subscribers) {
            for (Segment segment : log.segments()) {
                List<String> chain = new ArrayList<>();
                for (Event event : segment.events) {
                    String position = event.position;
                    if (position == null) {
                        continue;
                    }
                    chain.add(position);
                    Id other = byPosition.putIfAbsent(position, event.id);
                    if (other != null && !other.equals(event.id)) {
                        violations.add("two publications at " + position + ": " + other + " and " + event.id
                                + " channel=" + channel);
                    }
                }
                positions.add(chain);
                if (!(segment.end != null && FORKS.contains(segment.end))) {
                    ids.add(segment.events.stream().map(Event::id).toList());
                }
            }
        }
        for (List<String> unordered : List.of(unordered(positions), unordered(ids))) {
            if (!unordered.isEmpty()) {
                violations.add("no common order: " + unordered + " channel=" + channel);
            }
        }
    }

    /** Returns some of the elements that have no place in a common order of all lists; empty if the lists agree. */
    private static <T> List<String> unordered(List<List<T>> lists) {
        Map<T, Set<T>> successors = new LinkedHashMap<>();
        Map<T, Integer> predecessors = new HashMap<>();
        for (List<T> list : lists) {
            for (int i = 0; i < list.size(); i++) {
                predecessors.putIfAbsent(list.get(i), 0);
                if (i > 0
                        && successors
                                .computeIfAbsent(list.get(i - 1), each -> new HashSet<>())
                                .add(list.get(i))) {
                    predecessors.merge(list.get(i), 1, Integer::sum);
                }
            }
        }
        Deque<T> free = new ArrayDeque<>();
        predecessors.forEach((element, count) -> {
            if (count == 0) {
                free.add(element);
            }
        });
        for (T next = free.poll(); next != null; next = free.poll()) {
            for (T successor : successors.getOrDefault(next, Set.of())) {
                if (predecessors.merge(successor, -1, Integer::sum) == 0) {
                    free.add(successor);
                }
            }
        }
        return predecessors.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .map(each -> String.valueOf(each.getKey()))
                .sorted()
                .limit(5)
                .toList();
    }

    private record Gap(long time, String reason) {}

    /** Event of a subscriber: a publication. */
    private record Event(Id id, @Nullable String position) {}

    /** Part of a log between two gaps. */
    private static final class Segment {
        final List<Event> events = new ArrayList<>();

        /** Reason of the gap that ends the segment. */
        @Nullable
        String end;
    }

    /** Log of one subscriber of one channel, in the order of its events. Thread-safe. */
    public static final class Log {

        private final String name;
        private final String channel;

        // Guarded by this.
        private final List<Segment> segments = new ArrayList<>();
        private final List<Gap> gaps = new ArrayList<>();
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
            gaps.add(new Gap(time, reason));
            segments.getLast().end = reason;
            segments.add(new Segment());
            since = time;
        }

        /** Returns the number of received publications. */
        public synchronized int size() {
            return count;
        }

        /** Returns the reasons of the gaps, in order. */
        public synchronized List<String> gaps() {
            return gaps.stream().map(Gap::reason).toList();
        }

        private synchronized List<Segment> segments() {
            return List.copyOf(segments);
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
            for (Gap gap : gaps) {
                if (!oracle.permitsGap(gap.time, gap.reason)) {
                    violations.add(name + ": gap without a fault: " + gap.reason + " time=" + gap.time + at());
                }
            }
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
                if (before != null && event.position != null && offset(event.position) <= offset(before)) {
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
