package io.heliograph.channel.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Missing members that may come back, each with a deadline. Time during which this process does not run does not count, since it
 * cannot see a member come back meanwhile. Confined to one thread.
 */
final class MissingMembers {

    /** Maximum time between two polls of a process that runs. */
    private static final long MAX_POLL_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private final long timeoutNanos;
    private final Map<Peer, Long> deadlines = new LinkedHashMap<>();
    private long polledAt;

    MissingMembers(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    void add(Peer peer, long now) {
        if (deadlines.isEmpty()) {
            polledAt = now;
        }
        deadlines.put(peer, now + timeoutNanos);
    }

    boolean contains(Peer peer) {
        return deadlines.containsKey(peer);
    }

    void remove(Peer peer) {
        deadlines.remove(peer);
    }

    void clear() {
        deadlines.clear();
    }

    /** Removes members that are back or have left; returns members whose deadline has expired. Must be called periodically. */
    List<Peer> pollExpired(long now) {
        deadlines.keySet().removeIf(peer -> peer.isPresent() || peer.isRemoved());
        long elapsed = now - polledAt;
        polledAt = now;
        if (elapsed > MAX_POLL_INTERVAL_NANOS) {
            deadlines.replaceAll((peer, deadline) -> deadline + elapsed);
        }
        List<Peer> expired = new ArrayList<>();
        deadlines.forEach((peer, deadline) -> {
            if (now - deadline >= 0) {
                expired.add(peer);
            }
        });
        return expired;
    }

    List<Peer> all() {
        return List.copyOf(deadlines.keySet());
    }
}
