package io.heliograph.realtime.server;

import io.heliograph.realtime.RealtimeSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The sockets of a server: those that are open, and those on the way. Each is moved on its own loop; any thread may read. */
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

    /** All of them. A copy. */
    List<DefaultRealtimeSocket> all() {
        List<DefaultRealtimeSocket> all = new ArrayList<>(pending.values());
        all.addAll(open.values());
        return all;
    }

    long queuedBytes() {
        long bytes = 0;
        for (DefaultRealtimeSocket socket : open.values()) {
            bytes += socket.queuedBytes() + socket.outbound.waitingBytes();
        }
        return bytes;
    }
}
