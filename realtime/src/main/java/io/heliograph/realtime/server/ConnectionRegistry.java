package io.heliograph.realtime.server;

import io.heliograph.realtime.RealtimeSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Open and pending connections of a server. Each connection is changed on its own event loop only; reading is thread-safe. */
final class ConnectionRegistry {

    private final Map<String, DefaultRealtimeSocket> pending = new ConcurrentHashMap<>();
    private final Map<String, DefaultRealtimeSocket> open = new ConcurrentHashMap<>();
    private final AtomicInteger pendingCount = new AtomicInteger();
    private final AtomicInteger openCount = new AtomicInteger();

    void add(DefaultRealtimeSocket socket) {
        pending.put(socket.id(), socket);
        pendingCount.incrementAndGet();
    }

    void opened(DefaultRealtimeSocket socket) {
        if (pending.remove(socket.id()) != null) {
            pendingCount.decrementAndGet();
        }
        if (open.put(socket.id(), socket) == null) {
            openCount.incrementAndGet();
        }
    }

    void remove(DefaultRealtimeSocket socket) {
        if (open.remove(socket.id()) != null) {
            openCount.decrementAndGet();
        }
        if (pending.remove(socket.id()) != null) {
            pendingCount.decrementAndGet();
        }
    }

    int openCount() {
        return openCount.get();
    }

    int pendingCount() {
        return pendingCount.get();
    }

    Collection<RealtimeSocket> open() {
        return List.copyOf(open.values());
    }

    Collection<RealtimeSocket> pending() {
        return List.copyOf(pending.values());
    }

    Optional<RealtimeSocket> open(String id) {
        return Optional.ofNullable(open.get(id));
    }

    /** Returns a copy of all connections. */
    List<DefaultRealtimeSocket> all() {
        List<DefaultRealtimeSocket> all = new ArrayList<>(pending.values());
        all.addAll(open.values());
        return all;
    }

    long queuedBytes() {
        long bytes = 0;
        for (DefaultRealtimeSocket socket : open.values()) {
            bytes += socket.queuedBytes() + socket.outbound.queuedBytes();
        }
        return bytes;
    }
}
