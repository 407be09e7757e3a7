package io.heliograph.exchange;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Log of a channel in a broker that trims, forks and forgets it, with the messages on their way to one receiver. */
final class ModelLog {

    private static final String PUBLISHER = "node";

    private final RandomGenerator random;
    final Deque<Broker.Message> network = new ArrayDeque<>();
    private final List<Broker.Message> entries = new ArrayList<>();
    private final List<Broker.Message> lost = new ArrayList<>();

    /** Positions of former logs, which the broker does not know any more. */
    private final Set<Position> forgotten = new HashSet<>();

    private int epochs;
    private long numbers;
    private String epoch = newEpoch();
    private Position base = new Position(epoch, 0);
    private int trimmed;

    ModelLog(RandomGenerator random) {
        this.random = random;
    }

    private String newEpoch() {
        return Integer.toString(++epochs, Character.MAX_RADIX);
    }

    Position head() {
        return entries.isEmpty() ? base : entries.getLast().position();
    }

    /** Publishes a message, after those that were lost and are published again. */
    void append() {
        republish();
        append(new PublicationId(PUBLISHER, ++numbers));
    }

    private void append(PublicationId origin) {
        Position previous = head();
        Broker.Message message =
                new Broker.Message(new Position(epoch, previous.offset() + 1), previous, null, origin, null, null);
        entries.add(message);
        network.add(message);
    }

    /** Continues the log under a new term. */
    void changeWriter() {
        epoch = newEpoch();
    }

    /** Loses the last entries, as a lagging replica does that is promoted. */
    void fork() {
        int kept = random.nextInt(entries.size() + 1);
        List<Broker.Message> tail = entries.subList(kept, entries.size());
        lost.addAll(0, tail);
        tail.clear();
        trimmed = Math.min(trimmed, kept);
        epoch = newEpoch();
    }

    /** Publishes again what a fork has lost, unless the publisher is lost too. */
    private void republish() {
        if (random.nextInt(5) == 0) {
            lost.clear();
        }
        List<Broker.Message> again = List.copyOf(lost);
        lost.clear();
        again.forEach(message -> append(requireNonNull(message.origin())));
    }

    void trim() {
        trimmed = random.nextInt(trimmed, entries.size() + 1);
    }

    /** Loses the whole log. */
    void flush() {
        entries.forEach(entry -> forgotten.add(entry.position()));
        forgotten.add(base);
        entries.clear();
        lost.clear();
        trimmed = 0;
        epoch = newEpoch();
        base = new Position(epoch, 0);
    }

    Broker.Log read(@Nullable Position after) {
        int from = after == null ? trimmed : indexAfter(after);
        if (from < 0) {
            Broker.Continuity continuity =
                    forgotten.contains(after) ? Broker.Continuity.UNKNOWN : Broker.Continuity.FORKED;
            return new Broker.Log(continuity, List.of(), head());
        }
        if (from < trimmed) {
            return new Broker.Log(Broker.Continuity.TRIMMED, List.of(), head());
        }
        int to = Math.min(entries.size(), from + random.nextInt(1, 6));
        List<Broker.Message> page = entries.subList(from, to);
        return new Broker.Log(
                to == entries.size() ? Broker.Continuity.COMPLETE : Broker.Continuity.PARTIAL,
                page,
                page.isEmpty() ? head() : page.getLast().position());
    }

    /** Returns the index of the entry after a position, or -1 if the position is not in the log. */
    private int indexAfter(Position after) {
        if (after.equals(base)) {
            return 0;
        }
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).position().equals(after)) {
                return i + 1;
            }
        }
        return -1;
    }
}
