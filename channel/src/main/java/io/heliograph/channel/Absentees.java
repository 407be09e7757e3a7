package io.heliograph.channel;

import io.heliograph.channel.MemberProtocol.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Members that are missing and may come back, each for as long as this process is prepared to wait. Time in which this process
 * stands still does not count: then it is itself that cannot see them come. For one thread at a time.
 */
final class Absentees {

    /** A look that comes later than this after the last one finds that this process stood still. */
    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

    private final long patienceNanos;
    private final Map<Peer, Long> until = new LinkedHashMap<>();
    private long lookedAt;

    Absentees(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    void add(Peer peer, long now) {
        if (until.isEmpty()) {
            lookedAt = now;
        }
        until.put(peer, now + patienceNanos);
    }

    boolean contains(Peer peer) {
        return until.containsKey(peer);
    }

    void remove(Peer peer) {
        until.remove(peer);
    }

    void clear() {
        until.clear();
    }

    /** Looks who is still missing, from time to time; those that have been for too long. */
    List<Peer> overdue(long now) {
        until.keySet().removeIf(peer -> peer.isPresent() || peer.isGone());
        long since = now - lookedAt;
        lookedAt = now;
        if (since > LATE_NANOS) {
            until.replaceAll((peer, limit) -> limit + since);
        }
        List<Peer> overdue = new ArrayList<>();
        until.forEach((peer, limit) -> {
            if (now - limit >= 0) {
                overdue.add(peer);
            }
        });
        return overdue;
    }

    List<Peer> all() {
        return List.copyOf(until.keySet());
    }
}
