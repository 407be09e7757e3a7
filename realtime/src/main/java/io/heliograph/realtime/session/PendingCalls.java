package io.heliograph.realtime.session;

import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ListeningClock;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.CallTimeoutException;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pending calls of one peer, by id. Each call completes once: with its response, at its deadline, or at the end of the connection.
 *
 * <p>Event loop only, except for {@link #nextId}, which is thread-safe.
 */
public final class PendingCalls {

    /*
     * The calls are the nodes of a hash table, and of one list per time-out in the order of the deadlines, which is normally the order of
     * registration. Each list has one timer, for its first call, so that a call needs neither a node nor a timer. A timer is not cancelled
     * when its call completes; it checks the list when it fires.
     */

    static final int DEFAULT_MAX_PENDING = 10_000;

    private final EventLoop loop;
    private final int maxPending;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Duration, Deadlines> deadlines = new HashMap<>();
    private @Nullable Call<?>[] table = slots(1); // most connections have no calls
    private int size;
    private @Nullable Runnable onEmpty;

    PendingCalls(EventLoop loop, int maxPending) {
        this.loop = loop;
        this.maxPending = positive("maxPendingCalls", maxPending);
    }

    /** Returns the id of the next call, starting at 1. */
    public long nextId() {
        return ids.incrementAndGet();
    }

    /** Returns the number of pending calls. */
    public int size() {
        return size;
    }

    /** Sets a task that runs whenever no call is pending any more. */
    public void onEmpty(Runnable task) {
        onEmpty = task;
    }

    /**
     * Adds a call with a time limit that starts now.
     *
     * @return false if the limit of pending calls is reached and the call has failed with a {@link QueueFullException}
     */
    public boolean register(Call<?> call, long id) {
        return register(call, id, loop.nanoTime());
    }

    /**
     * Adds a call.
     *
     * @param since start of the time limit, by the clock of the event loop
     */
    public boolean register(Call<?> call, long id, long since) {
        if (size == maxPending) {
            call.fail(new QueueFullException(
                    "too many calls: " + maxPending + " are pending (expected: at most maxPendingCalls)", maxPending));
            return false;
        }
        if (call.isDone()) {
            return true; // cancelled before
        }
        call.id = id;
        call.pending = true;
        Deadlines list = deadlines.computeIfAbsent(call.timeout, Deadlines::new);
        call.deadline = list.clock.nanoTime() + saturatedNanos(call.timeout) - (loop.nanoTime() - since);
        if (size == table.length) {
            grow();
        }
        put(call);
        size++;
        list.add(call);
        return true;
    }

    /**
     * Completes a call with its response.
     *
     * @param rid id of the call, a JSON number
     * @return whether the id belongs to a pending call
     */
    boolean settle(String rid, Payload data, Payload error) {
        Call<?> call = find(rid);
        if (call == null) {
            return false;
        }
        remove(call);
        call.settle(data, error);
        return true;
    }

    /** Removes a call that its caller has cancelled. */
    public void forget(Call<?> call) {
        if (call.pending) {
            remove(call);
        }
    }

    /**
     * Removes all pending calls, the oldest first, and fails them. Calls added meanwhile stay pending.
     *
     * @param cause cause of the failure of a call; null to leave the call incomplete
     */
    public void failAll(Function<Call<?>, ? extends @Nullable Throwable> cause) {
        if (size == 0) {
            return;
        }
        List<Call<?>> all = new ArrayList<>(size);
        for (Call<?> first : table) {
            for (Call<?> call = first; call != null; call = call.nextInSlot) {
                all.add(call);
            }
        }
        all.sort((a, b) -> Long.compare(a.id, b.id));
        all.forEach(this::take);
        for (Call<?> call : all) {
            Throwable failure = cause.apply(call);
            if (failure != null) {
                call.fail(failure);
            }
        }
        reportIfEmpty();
    }

    /** Fails all pending calls, because the connection has ended. */
    public void failAll(String type, int code, @Nullable String reason) {
        String text = CloseCodes.badConnectionReason(code, reason);
        CloseReason closeReason = new CloseReason.Remote(code, text);
        failAll(call -> new AbortedCallException(call.event, type, code, text, closeReason));
    }

    private @Nullable Call<?> find(String rid) {
        long id = number(rid);
        for (Call<?> call = table[slot(id)]; call != null; call = call.nextInSlot) {
            if (call.id == id) {
                return call;
            }
        }
        return null;
    }

    /** Parses an integer; returns 0, which is not an id, for any other number. */
    private static long number(String text) {
        int length = text.length();
        long value = 0;
        for (int i = 0; i < length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i == 18) {
                return parseDouble(text);
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static long parseDouble(String text) {
        try {
            double value = Double.parseDouble(text);
            return value == Math.rint(value) && Math.abs(value) < 1L << 53 ? (long) value : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static @Nullable Call<?>[] slots(int count) {
        return new Call<?>[count];
    }

    private int slot(long id) {
        return (int) id & (table.length - 1);
    }

    private void put(Call<?> call) {
        int slot = slot(call.id);
        call.nextInSlot = table[slot];
        table[slot] = call;
    }

    private void grow() {
        @Nullable Call<?>[] old = table;
        table = slots(old.length * 2);
        for (Call<?> first : old) {
            Call<?> call = first;
            while (call != null) {
                Call<?> next = call.nextInSlot;
                put(call);
                call = next;
            }
        }
    }

    private void remove(Call<?> call) {
        take(call);
        reportIfEmpty();
    }

    private void reportIfEmpty() {
        if (size == 0 && onEmpty != null) {
            onEmpty.run();
        }
    }

    @SuppressWarnings("ReferenceEquality") // compared by identity
    private void take(Call<?> call) {
        int slot = slot(call.id);
        Call<?> before = null;
        for (Call<?> at = table[slot]; at != call && at != null; at = at.nextInSlot) {
            before = at;
        }
        if (before == null) {
            table[slot] = call.nextInSlot;
        } else {
            before.nextInSlot = call.nextInSlot;
        }
        call.nextInSlot = null;
        call.pending = false;
        size--;
        Deadlines list = deadlines.get(call.timeout);
        if (list != null) {
            list.remove(call);
        }
    }

    private static long saturatedNanos(Duration timeout) {
        // At most a hundred years, so that differences do not overflow.
        return Math.min(java.util.concurrent.TimeUnit.NANOSECONDS.convert(timeout), 36_500L * 86_400_000_000_000L);
    }

    /**
     * Calls with the same time-out, the earliest deadline first. Time in which the event loop could not listen does not count: a response
     * may be unread.
     */
    private final class Deadlines {

        private final Duration timeout;
        private final ListeningClock clock;
        private @Nullable Call<?> first;
        private @Nullable Call<?> last;
        private boolean armed;

        Deadlines(Duration timeout) {
            this.timeout = timeout;
            this.clock = ListeningClock.lease(loop, timeout);
        }

        void add(Call<?> call) {
            // Normally the last; earlier only if the time limit started before registration.
            Call<?> before = last;
            while (before != null && before.deadline - call.deadline > 0) {
                before = before.earlier;
            }
            Call<?> after = before == null ? first : before.later;
            call.earlier = before;
            call.later = after;
            if (before == null) {
                first = call;
            } else {
                before.later = call;
            }
            if (after == null) {
                last = call;
            } else {
                after.earlier = call;
            }
            if (!armed) {
                arm(call);
            }
        }

        void remove(Call<?> call) {
            if (call.earlier == null) {
                first = call.later;
            } else {
                call.earlier.later = call.later;
            }
            if (call.later == null) {
                last = call.earlier;
            } else {
                call.later.earlier = call.earlier;
            }
            call.earlier = null;
            call.later = null;
        }

        private void arm(Call<?> earliest) {
            armed = true;
            long left = Math.max(0, earliest.deadline - clock.nanoTime());
            loop.schedule(Duration.ofNanos(left), this::fire);
        }

        private void fire() {
            armed = false;
            Call<?> call = first;
            while (call != null && call.deadline - clock.nanoTime() <= 0) {
                PendingCalls.this.remove(call);
                call.fail(new CallTimeoutException(call.event, false));
                call = first;
            }
            if (call != null) {
                if (!armed) {
                    arm(call);
                }
            } else if (!armed && deadlines.remove(timeout, this)) {
                clock.release();
            }
        }
    }
}
