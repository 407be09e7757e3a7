package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.transport.Acceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** An address of an {@link InMemoryTransport} with a listener. */
abstract class InMemoryPort implements Acceptor {

    private static final int GOING_AWAY = 1001;

    private final InMemoryTransport transport;
    private final Address address;
    private final Set<InMemoryLink> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();

    InMemoryPort(InMemoryTransport transport, Address address) {
        this.transport = transport;
        this.address = address;
    }

    /** Handles an accepted link. */
    final void accepted(InMemoryLink link) {
        accepted.incrementAndGet();
        open.add(link);
        link.ended().thenRun(() -> open.remove(link));
    }

    @Override
    public final Address address() {
        return address;
    }

    @Override
    public final int openConnections() {
        return open.size();
    }

    @Override
    public final long acceptedConnections() {
        return accepted.get();
    }

    @Override
    public final CompletableFuture<Void> close() {
        transport.forget(this);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public final CompletableFuture<Void> end(Duration timeout) {
        transport.forget(this);
        List<CompletableFuture<Void>> endings = new ArrayList<>();
        for (InMemoryLink link : open) {
            endings.add(link.ended());
            link.end(GOING_AWAY, "");
            link.loop().schedule(timeout, () -> link.close(new CloseReason.Local()));
        }
        return CompletableFuture.allOf(endings.toArray(CompletableFuture<?>[]::new));
    }
}
