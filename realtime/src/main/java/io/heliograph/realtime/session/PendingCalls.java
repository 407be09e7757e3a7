package io.heliograph.realtime.session;

import static io.heliograph.internal.Check.positive;

import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.BadConnectionException;
import io.heliograph.realtime.TimeoutException;
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
 * The calls of one side that wait for their responses, by number. Each is settled once: by its response, by its deadline, or
 * because the connection ended.
 *
 * <p>For one event loop, but for {@link #nextId}, which any thread may call.
 */
public final class PendingCalls {

    /*
     * A hash table of calls chained by themselves, since numbers come in order; and for each time-out a list in the order of
     * the deadlines, which is the order of registering, with one timer for its first call. So that a call costs neither an
     * object nor a timer of its own. A timer is not cancelled when its call is settled: it looks again when it fires.
     */

    static final int DEFAULT_MAX_PENDING = 10_000;

    private final EventLoop loop;
    private final int maxPending;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Duration, Deadlines> deadlines = new HashMap<>();
    private @Nullable Call<?>[] table = places(1); // most connections never call
    private int size;

    PendingCalls(EventLoop loop, int maxPending) {
        this.loop = loop;
        this.maxPending = positive("maxPendingCalls", maxPending);
    }

    /** The number of the next call, from 1. */
    public long nextId() {
        return ids.incrementAndGet();
    }

    int size() {
        return size;
    }

    /**
     * Adds a call, whose time runs from now on.
     *
     * @return false if there are too many: it has failed with a {@link QueueFullException}
     */
    public boolean register(Call<?> call, long id) {
        return register(call, id, loop.nanoTime());
    }

    /**
     * Adds a call.
     *
     * @param since when its time began to run, by the clock of the loop
     */
    public boolean register(Call<?> call, long id, long since) {
        if (size == maxPending) {
            call.fail(new QueueFullException(maxPending + " calls wait for their responses already", maxPending));
            return false;
        }
        if (call.isDone()) {
            return true; // cancelled before
        }
        call.id = id;
        call.pending = true;
        call.deadline = since + saturatedNanos(call.timeout);
        if (size == table.length) {
            grow();
        }
        put(call);
        size++;
        deadlines.computeIfAbsent(call.timeout, Deadlines::new).add(call);
        return true;
    }

    /**
     * Settles the call with this number, if there is one.
     *
     * @param rid a JSON number
     * @return whether there was
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

    /** Forgets a call, whose caller does not want the response any more. */
    void forget(Call<?> call) {
        if (call.pending) {
            remove(call);
        }
    }

    /** Fails all that there are, the oldest first; those added meanwhile stay. */
    public void failAll(Function<Call<?>, ? extends Throwable> cause) {
        if (size == 0) {
            return;
        }
        List<Call<?>> all = new ArrayList<>(size);
        for (Call<?> first : table) {
            for (Call<?> call = first; call != null; call = call.nextInPlace) {
                all.add(call);
            }
        }
        all.sort((a, b) -> Long.compare(a.id, b.id));
        all.forEach(this::remove);
        all.forEach(call -> call.fail(cause.apply(call)));
    }

    /** Fails all because the connection ended. */
    public void failAll(String type, int code, @Nullable String reason) {
        String told = CloseCodes.badConnectionReason(code, reason);
        failAll(call -> new BadConnectionException(
                "Event " + call.event + " was aborted due to a bad connection", type, code, told, false));
    }

    private @Nullable Call<?> find(String rid) {
        long id = number(rid);
        for (Call<?> call = table[place(id)]; call != null; call = call.nextInPlace) {
            if (call.id == id) {
                return call;
            }
        }
        return null;
    }

    /** A JSON number that is a whole one; 0, which is no call's, for any other. */
    private static long number(String text) {
        int length = text.length();
        long value = 0;
        for (int i = 0; i < length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i == 18) {
                return unusual(text);
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static long unusual(String text) {
        try {
            double value = Double.parseDouble(text);
            return value == Math.rint(value) && Math.abs(value) < 1L << 53 ? (long) value : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static @Nullable Call<?>[] places(int count) {
        return new Call<?>[count];
    }

    private int place(long id) {
        return (int) id & (table.length - 1);
    }

    private void put(Call<?> call) {
        int place = place(call.id);
        call.nextInPlace = table[place];
        table[place] = call;
    }

    private void grow() {
        @Nullable Call<?>[] old = table;
        table = places(old.length * 2);
        for (Call<?> first : old) {
            Call<?> call = first;
            while (call != null) {
                Call<?> next = call.nextInPlace;
                put(call);
                call = next;
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very call
    private void remove(Call<?> call) {
        int place = place(call.id);
        Call<?> before = null;
        for (Call<?> at = table[place]; at != call && at != null; at = at.nextInPlace) {
            before = at;
        }
        if (before == null) {
            table[place] = call.nextInPlace;
        } else {
            before.nextInPlace = call.nextInPlace;
        }
        call.nextInPlace = null;
        call.pending = false;
        size--;
        Deadlines list = deadlines.get(call.timeout);
        if (list != null) {
            list.remove(call);
        }
    }

    private static long saturatedNanos(Duration timeout) {
        // A hundred years: far enough, and differences of it do not overflow.
        return Math.min(java.util.concurrent.TimeUnit.NANOSECONDS.convert(timeout), 36_500L * 86_400_000_000_000L);
    }

    /** The calls of one time-out, the earliest deadline first. */
    private final class Deadlines {

        private final Duration timeout;
        private @Nullable Call<?> first;
        private @Nullable Call<?> last;
        private boolean armed;

        Deadlines(Duration timeout) {
            this.timeout = timeout;
        }

        void add(Call<?> call) {
            // Nearly always behind the last one; before it only if its time began to run earlier.
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
            long left = Math.max(0, earliest.deadline - loop.nanoTime());
            loop.schedule(Duration.ofNanos(left), this::fire);
        }

        private void fire() {
            armed = false;
            Call<?> call = first;
            while (call != null && call.deadline - loop.nanoTime() <= 0) {
                PendingCalls.this.remove(call);
                call.fail(new TimeoutException("Event response for " + call.event + " event timed out"));
                call = first;
            }
            if (call != null) {
                if (!armed) {
                    arm(call);
                }
            } else if (!armed) {
                deadlines.remove(timeout, this);
            }
        }
    }
}
