package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recoveries of the subscriptions of one channel that need the log of the broker. Subscriptions that wait together share one read, which begins
 * at the lowest position. Thread-safe.
 */
final class Recoveries {

    private final LocalChannel channel;
    private final DefaultExchange exchange;

    // Guarded by this.
    private List<Resumption> waiting = List.of();
    private boolean reading;

    Recoveries(LocalChannel channel) {
        this.channel = channel;
        this.exchange = channel.exchange;
    }

    /** Recovers a subscription, whose start is known. */
    void request(Resumption resumption) {
        synchronized (this) {
            enqueue(resumption);
            if (reading) {
                return;
            }
            reading = true;
        }
        next();
    }

    /** Reads for the subscriptions that wait. One read at a time. */
    private void next() {
        List<Resumption> members;
        synchronized (this) {
            if (waiting.isEmpty()) {
                reading = false;
                return;
            }
            members = waiting;
            waiting = List.of();
        }
        new Session(members).read();
    }

    /** Puts subscriptions back for the next read. */
    private synchronized void putBack(Iterable<Resumption> members) {
        members.forEach(this::enqueue);
    }

    /** Guarded by this. */
    private void enqueue(Resumption resumption) {
        if (waiting.isEmpty()) {
            waiting = new ArrayList<>();
        }
        waiting.add(resumption);
    }

    /** Shared read of the log, page by page. Its calls do not overlap. */
    private final class Session {

        /** Members whose position has not been found, by that position. */
        private final Map<Position, List<Resumption>> unfound = new HashMap<>();

        /** Members whose position has been found, by their start, with the index of their first publication. */
        private final Map<Position, List<Found>> found = new HashMap<>();

        private record Found(Resumption resumption, int from) {}

        private final Position lowest;
        private final List<Publication> publications = new ArrayList<>();
        private long bytes;
        private Position at;

        Session(List<Resumption> members) {
            Position min = members.getFirst().after();
            for (Resumption each : members) {
                if (each.after().offset() < min.offset()) {
                    min = each.after();
                }
                unfound.computeIfAbsent(each.after(), position -> new ArrayList<>(1))
                        .add(each);
            }
            lowest = min;
            at = min;
        }

        void read() {
            exchange.reads.submit(() -> exchange.read(channel.name, at, MessageSequence.PAGE)
                    .handle((log, failure) -> {
                        completed(failure == null ? log : null);
                        return null;
                    }));
        }

        private void completed(Broker.@Nullable Log log) {
            if (log == null) {
                endAll(GapReason.UNAVAILABLE);
            } else if (log.continuity() == Broker.Continuity.COMPLETE
                    || log.continuity() == Broker.Continuity.PARTIAL) {
                accept(log);
            } else {
                unreadable(log.continuity());
            }
        }

        private void endAll(GapReason reason) {
            unfound.values().forEach(members -> members.forEach(each -> each.lost(reason)));
            lose(reason);
            next();
        }

        /** Ends the recovery of the members whose position has been found. */
        private void lose(GapReason reason) {
            found.values().forEach(members -> members.forEach(each -> each.resumption.lost(reason)));
            found.clear();
        }

        private void unreadable(Broker.Continuity continuity) {
            GapReason reason = GapReason.of(continuity);
            if (continuity == Broker.Continuity.UNKNOWN) {
                endAll(reason);
                return;
            }
            lose(reason);
            if (at.equals(lowest)) {
                // A log without this position has no later one of the same epoch.
                unfound.entrySet().removeIf(entry -> {
                    boolean ends = continuity == Broker.Continuity.FORKED
                            ? entry.getKey().reaches(lowest)
                            : lowest.reaches(entry.getKey());
                    if (ends) {
                        entry.getValue().forEach(each -> each.lost(reason));
                    }
                    return ends;
                });
            }
            end();
        }

        private void accept(Broker.Log log) {
            found(at);
            for (Broker.Message message : log.messages()) {
                if (found.isEmpty() && unfound.isEmpty()) {
                    break;
                }
                add(message);
            }
            boolean more = log.continuity() == Broker.Continuity.PARTIAL
                    && !log.messages().isEmpty()
                    && !found.isEmpty();
            if (more) {
                read();
                return;
            }
            // Their start is not in the log after their position.
            lose(GapReason.FORKED);
            end();
        }

        private void add(Broker.Message message) {
            Publication publication = channel.publication(message);
            publications.add(publication);
            bytes += publication.weight();
            if (publications.size() > exchange.maxRecovered || bytes > exchange.maxQueuedBytes) {
                tooMany();
            }
            at = message.position();
            List<Found> complete = found.remove(at);
            if (complete != null) {
                complete.forEach(each ->
                        each.resumption.recovered(List.copyOf(publications.subList(each.from, publications.size()))));
            }
            found(at);
        }

        /** Ends the recoveries from the lowest position; the others try again from their own positions. */
        private void tooMany() {
            for (List<Found> members : found.values()) {
                for (Found each : members) {
                    if (each.from == 0) {
                        each.resumption.lost(GapReason.TOO_MANY);
                    } else {
                        putBack(List.of(each.resumption));
                    }
                }
            }
            found.clear();
            publications.clear();
            bytes = 0;
        }

        /** Begins to collect for the members with a position. */
        private void found(Position position) {
            List<Resumption> members = unfound.remove(position);
            if (members == null) {
                return;
            }
            for (Resumption each : members) {
                if (each.isAhead()) {
                    each.recovered(List.of());
                } else {
                    found.computeIfAbsent(each.subscription.start, start -> new ArrayList<>(1))
                            .add(new Found(each, publications.size()));
                }
            }
        }

        private void end() {
            unfound.values().forEach(Recoveries.this::putBack);
            next();
        }
    }
}
