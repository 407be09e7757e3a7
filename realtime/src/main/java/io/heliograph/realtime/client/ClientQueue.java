package io.heliograph.realtime.client;

import io.heliograph.realtime.TimeoutException;
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
 * What a client was told to send and has not sent: on its way to the loop, and waiting there for a connection. Any thread may ask
 * for room; all else is done on the loop.
 */
final class ClientQueue {

    private static final long HUNDRED_YEARS = 36_500L * 86_400_000_000_000L;

    /** An event or call, and the room it was given. */
    record Entry(Outgoing outgoing, int bytes) {}

    private final EventLoop loop;
    private final int maxEvents;
    private final int maxBytes;
    private final LongConsumer onExpired;
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    // The loop's own.
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private Duration transmitTimeout;
    private long timerAt;
    private EventLoop.@Nullable Timer timer;

    /**
     * @param transmitTimeout how long an event that is no call may wait
     * @param onExpired told how many of these have waited too long
     */
    ClientQueue(EventLoop loop, int maxEvents, int maxBytes, Duration transmitTimeout, LongConsumer onExpired) {
        this.loop = loop;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.transmitTimeout = transmitTimeout;
        this.onExpired = onExpired;
    }

    /**
     * Makes room for an event that is to be sent; null if there is none. There is always room for one when nothing waits.
     *
     * @param size of its packet, in bytes
     * @param writing bytes that wait elsewhere, and count
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

    /** It has left, or will never. */
    void left(Entry entry) {
        events.decrementAndGet();
        bytes.addAndGet(-entry.bytes);
    }

    long queuedBytes() {
        return bytes.get();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void transmitTimeout(Duration timeout) {
        transmitTimeout = timeout;
    }

    void add(Entry entry) {
        waiting.add(entry);
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

    /** Takes all that nobody has given up, in order. */
    void flush(Consumer<Entry> to) {
        expire();
        cancelTimer();
        for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            to.accept(entry);
        }
    }

    /** Takes all, in order. */
    List<Outgoing> abort() {
        cancelTimer();
        List<Outgoing> all = new ArrayList<>(waiting.size());
        for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            left(entry);
            all.add(entry.outgoing);
        }
        return all;
    }

    /** Drops what was given up or has waited too long, and what a call waited for fails. */
    private void expire() {
        long expired = 0;
        long now = loop.nanoTime();
        for (Iterator<Entry> each = waiting.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            Outgoing outgoing = entry.outgoing;
            boolean late = deadline(outgoing) - now <= 0;
            if (late || outgoing.isDone()) {
                each.remove();
                left(entry);
                if (!outgoing.isInvoke()) {
                    expired++;
                } else if (late) {
                    outgoing.fail(
                            new TimeoutException("Event response for " + outgoing.event + " event timed out", true));
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

    /** One timer, for the earliest deadline. */
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
        waiting.forEach(entry -> arm(deadline(entry.outgoing)));
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
