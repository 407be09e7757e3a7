package io.heliograph.server.hub;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one connection that have started and not ended, in the order of their deadlines. One timer serves all of them. Thread-safe; guarded
 * by this.
 */
final class ActiveCalls {

    private final EventLoop loop;
    private final int limit;
    private @Nullable ActiveCall first;
    private @Nullable ActiveCall last;
    private int count;
    private int unanswered;
    private boolean closed;
    private boolean timerPending;
    private @Nullable CompletableFuture<Void> room;
    private @Nullable CompletableFuture<Void> idle;
    private boolean refused;

    ActiveCalls(EventLoop loop, int limit) {
        this.loop = loop;
        this.limit = limit;
    }

    /** Adds a call, whose deadline is not before those of the others. Event loop only. */
    synchronized void add(ActiveCall call) {
        call.previous = last;
        if (last == null) {
            first = call;
        } else {
            last.next = call;
        }
        last = call;
        count++;
        unanswered++;
        if (!timerPending) {
            schedule(call);
        }
    }

    private void schedule(ActiveCall call) {
        timerPending = true;
        loop.schedule(Duration.ofNanos(Math.max(0, call.deadline() - loop.nanoTime())), this::expire);
    }

    /** Returns a future that completes when another call may start, or null if it may start now. */
    synchronized @Nullable CompletableFuture<Void> room() {
        if (count < limit || closed) {
            return null;
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    void remove(ActiveCall call) {
        CompletableFuture<Void> free;
        synchronized (this) {
            if (closed) {
                return;
            }
            unlink(call);
            free = count < limit ? room : null;
            if (free != null) {
                room = null;
            }
        }
        if (free != null) {
            loop.executeOrRun(() -> free.complete(null));
        }
    }

    private void unlink(ActiveCall call) {
        if (call.previous == null) {
            first = call.next;
        } else {
            call.previous.next = call.next;
        }
        if (call.next == null) {
            last = call.previous;
        } else {
            call.next.previous = call.previous;
        }
        call.previous = null;
        call.next = null;
        count--;
    }

    /** Answers the calls whose deadline has passed. */
    private void expire() {
        List<ActiveCall> expired = new ArrayList<>();
        synchronized (this) {
            timerPending = false;
            long now = loop.nanoTime();
            ActiveCall each = first;
            while (each != null && each.deadline() - now <= 0) {
                expired.add(each);
                each = each.next;
            }
            if (each != null && !closed) {
                schedule(each);
            }
        }
        expired.forEach(call -> call.complete(null, HubErrors.timeout(call.procedure())));
    }

    /** Refuses further calls. */
    synchronized void refuse() {
        refused = true;
    }

    synchronized boolean areRefused() {
        return refused;
    }

    /** Counts a call whose outcome has been passed on. */
    void answered() {
        CompletableFuture<Void> last;
        synchronized (this) {
            unanswered--;
            last = unanswered == 0 ? idle : null;
        }
        if (last != null) {
            last.complete(null);
        }
    }

    /** Returns a future that completes, on any thread, when all calls have passed on their outcome. */
    synchronized CompletableFuture<Void> idle() {
        if (idle == null) {
            idle = new CompletableFuture<>();
        }
        if (unanswered == 0) {
            idle.complete(null);
        }
        return idle;
    }

    /** Answers all calls with the error of a hub that is closing. */
    void failAll() {
        List<ActiveCall> active = new ArrayList<>();
        synchronized (this) {
            for (ActiveCall each = first; each != null; each = each.next) {
                active.add(each);
            }
        }
        active.forEach(call -> call.complete(null, HubErrors.closing()));
    }

    /** Cancels all calls, because the connection has closed. */
    void close() {
        List<ActiveCall> cancelled = new ArrayList<>();
        CompletableFuture<Void> waiting;
        synchronized (this) {
            closed = true;
            for (ActiveCall each = first; each != null; each = each.next) {
                cancelled.add(each);
            }
            first = null;
            last = null;
            count = 0;
            waiting = room;
            room = null;
        }
        cancelled.forEach(ActiveCall::cancel);
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    synchronized int count() {
        return count;
    }
}
