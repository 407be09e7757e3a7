package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An attempt to connect in memory, with at most one outcome. */
abstract class InMemoryAttempt {

    final Address address;
    final EventLoop loop;
    private final InMemoryTransport transport;
    private final Duration timeout;
    private final Transport.ConnectHandler handler;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile EventLoop.@Nullable Timer timer;

    InMemoryAttempt(
            InMemoryTransport transport,
            Address address,
            EventLoop loop,
            Duration timeout,
            Transport.ConnectHandler handler) {
        this.transport = transport;
        this.address = address;
        this.loop = loop;
        this.timeout = timeout;
        this.handler = handler;
    }

    /** Starts the attempt at the port that the transport has found. Event loop only. */
    abstract void reach(InMemoryPort there);

    void begin() {
        if (over.get()) {
            return;
        }
        InMemoryPort there = transport.find(address);
        if (transport.hangs(address)) {
            awaitAnswer();
        } else if (there == null) {
            fail(InMemoryTransport.unreachable("ECONNREFUSED", address));
        } else {
            reach(there);
        }
    }

    /** Starts the time-out of the attempt. */
    final void awaitAnswer() {
        transport.waits(this);
        timer = loop.schedule(timeout, () -> fail(InMemoryTransport.unreachable("ETIMEDOUT", address)));
    }

    boolean isOver() {
        return over.get();
    }

    /** Succeeds, unless the attempt already has an outcome. Event loop only. */
    final void connected(Supplier<InMemoryLink> link) {
        if (over.compareAndSet(false, true)) {
            forget();
            InMemoryLink open = link.get();
            open.start(handler.connected(open));
        }
    }

    /** Succeeds with an existing link, which is closed if the attempt already has an outcome. Event loop only. */
    final void connected(InMemoryLink link) {
        if (over.get()) {
            link.close(new CloseReason.Local());
        } else {
            connected(() -> link);
        }
    }

    void cancel() {
        over.set(true);
        forget();
    }

    /** Fails because the transport is closed. */
    void closed(EventLoop ending) {
        if (loop.equals(ending)) {
            fail(InMemoryTransport.unreachable("ECANCELED", address));
        }
    }

    /** Fails, unless the attempt already has an outcome. Event loop only. */
    final void fail(HeliographException cause) {
        if (over.compareAndSet(false, true)) {
            forget();
            handler.failed(cause);
        }
    }

    private void forget() {
        transport.waitsNoMore(this);
        EventLoop.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
