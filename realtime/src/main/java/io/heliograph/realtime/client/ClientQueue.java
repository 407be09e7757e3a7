package io.heliograph.realtime.client;

import io.heliograph.realtime.packet.CallTimeoutException;
import io.heliograph.realtime.session.Call;
import io.heliograph.realtime.session.Outgoing;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of the events and calls that a client has accepted and not sent, on the way to the event loop or waiting for a connection.
 *
 * <p>{@link #admit} and {@link #queuedBytes} are thread-safe; all other methods are event loop only.
 */
final class ClientQueue {

    private static final long HUNDRED_YEARS = 36_500L * 86_400_000_000_000L;

    /** Admitted event or call, with its size. */
    record Entry(Outgoing outgoing, int bytes) {}

    private final EventLoop loop;
    private final int maxEvents;
    private final int maxBytes;
    private final LongConsumer onExpired;
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    // Event loop only.
    private final ArrayDeque<Entry> pending = new ArrayDeque<>();
    private Duration transmitTimeout;
    private long timerAt;
    private EventLoop.@Nullable Timer timer;

    /**
     * @param transmitTimeout maximum time in the queue of an event that is not a call
     * @param onExpired called with the number of expired events that are not calls
     */
    ClientQueue(EventLoop loop, int maxEvents, int maxBytes, Duration transmitTimeout, LongConsumer onExpired) {
        this.loop = loop;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.transmitTimeout = transmitTimeout;
        this.onExpired = onExpired;
    }

    /**
     * Admits an event; null if the queue is full. An empty queue admits one event of any size.
     *
     * @param size size of the packet in bytes
     * @param writing bytes in the queue of the connection, which count as well
     */
    @Nullable
    Entry admit(Outgoing outgoing, int size, long writing) {
        int before = events.getAndIncrement();
        long bytesBefore = bytes.getAndAdd(size) + writing;
        if (before < maxEvents && (bytesBefore == 0 || bytesBefore + size <= maxBytes)) {
            return new Entry(outgoing, size);
        }
        events.decrementAndGet();
        bytes.addAndGet(-size);
        return null;
    }

    /** Releases the space of an entry that has been sent or dropped. */
    void release(Entry entry) {
        events.decrementAndGet();
        bytes.addAndGet(-entry.bytes);
    }

    long queuedBytes() {
        return bytes.get();
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** Whether no admitted event is on its way to the connection. Thread-safe. */
    boolean isDrained() {
        return events.get() == 0;
    }

    void transmitTimeout(Duration timeout) {
        transmitTimeout = timeout;
    }

    /** Adds an event that an ended connection has sent, regardless of the limits, which have admitted it before. */
    void retry(Outgoing outgoing) {
        int size = outgoing.renew();
        events.incrementAndGet();
        bytes.addAndGet(size);
        add(new Entry(outgoing, size));
    }

    void add(Entry entry) {
        pending.add(entry);
        arm(deadline(entry.outgoing));
        Call<?> call = entry.outgoing.call;
        if (call != null) {
            call.whenComplete((value, failure) -> {
                if (call.isCancelled()) {
                    loop.execute(this::expire);
                }
            });
        }
    }

    /** Removes all entries in order, except cancelled and expired entries. */
    void flush(Consumer<Entry> to) {
        expire();
        cancelTimer();
        for (Entry entry = pending.poll(); entry != null; entry = pending.poll()) {
            to.accept(entry);
        }
    }

    /** Removes all entries in order. */
    List<Outgoing> abort() {
        cancelTimer();
        List<Outgoing> all = new ArrayList<>(pending.size());
        for (Entry entry = pending.poll(); entry != null; entry = pending.poll()) {
            release(entry);
            all.add(entry.outgoing);
        }
        return all;
    }

    /** Removes cancelled and expired entries, and fails expired calls. */
    private void expire() {
        long expired = 0;
        long now = loop.nanoTime();
        for (Iterator<Entry> each = pending.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            Outgoing outgoing = entry.outgoing;
            boolean late = deadline(outgoing) - now <= 0;
            if (late || outgoing.isDone()) {
                each.remove();
                release(entry);
                if (!outgoing.isInvoke()) {
                    expired++;
                } else if (late) {
                    outgoing.fail(new CallTimeoutException(outgoing.event, !outgoing.isSent()));
                }
            }
        }
        if (expired > 0) {
            onExpired.accept(expired);
        }
    }

    private long deadline(Outgoing outgoing) {
        Duration timeout = outgoing.call == null ? transmitTimeout : outgoing.call.timeout;
        return outgoing.since + Math.min(TimeUnit.NANOSECONDS.convert(timeout), HUNDRED_YEARS);
    }

    /** Arms the single timer for the earliest deadline. */
    private void arm(long deadline) {
        if (timer != null) {
            if (deadline - timerAt >= 0) {
                return;
            }
            timer.cancel();
        }
        timerAt = deadline;
        long left = Math.max(0, deadline - loop.nanoTime());
        timer = loop.schedule(Duration.ofNanos(left), this::fire);
    }

    private void fire() {
        timer = null;
        expire();
        pending.forEach(entry -> arm(deadline(entry.outgoing)));
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
