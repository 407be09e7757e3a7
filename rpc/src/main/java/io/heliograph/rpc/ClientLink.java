package io.heliograph.rpc;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection of a client: sends requests, and gives answers to the calls that wait for them. */
final class ClientLink implements LinkHandler {

    private static final int PAUSE_AT = 1024;

    private final ClientCore core;
    private final Link link;
    private final Consumer<CloseReason> onClosed;
    private final Map<Object, PendingCall<?>> pending = new ConcurrentHashMap<>();
    private final ReadThrottle throttle = new ReadThrottle();

    private volatile @Nullable CloseReason ended;

    // The loop's own.
    private @Nullable Members json;
    private @Nullable Members msgpack;

    ClientLink(ClientCore core, Link link, Consumer<CloseReason> onClosed) {
        this.core = core;
        this.link = link;
        this.onClosed = onClosed;
        if (core.options.isPlain()) {
            link.send(Frame.utf8(core.options.target));
        }
    }

    // ---- sending

    <T extends @Nullable Object> CompletableFuture<T> call(
            String method, boolean hasParams, @Nullable Object params, Type type, CallOptions options) {
        if (pending.size() >= core.options.maxPendingCalls) {
            return CompletableFuture.failedFuture(new QueueFullException(
                    pending.size() + " calls are pending (expected: less than " + core.options.maxPendingCalls + ")",
                    core.options.maxPendingCalls));
        }
        Object id = core.nextId(method, params);
        PendingCall<T> call = new PendingCall<>(ClientCore.key(id), type, pending);
        Frame frame;
        try {
            frame = core.dialect.request(method, hasParams, params, id);
        } catch (CodecException e) {
            core.counters.drop(DropReason.ENCODE_ERROR, 1);
            return CompletableFuture.failedFuture(e);
        }
        PendingCall<?> older = pending.put(ClientCore.key(id), call);
        if (older != null) {
            older.completeExceptionally(new IllegalStateException("the id " + id + " was used for another call"));
        }
        RuntimeException failure = send(options.binary() ? binary(frame) : frame);
        if (failure != null) {
            if (call.take()) {
                call.completeExceptionally(failure);
            }
        } else {
            limit(call, options.timeout());
        }
        return call;
    }

    private void limit(PendingCall<?> call, Duration timeout) {
        CloseReason reason = ended;
        if (reason != null) {
            // It may have been put into the table after that was emptied.
            fail(call, reason);
        } else if (timeout.isPositive()) {
            call.timer(link.loop().schedule(timeout, () -> {
                if (call.take()) {
                    core.executor()
                            .execute(() -> call.completeExceptionally(new DeadlineExceededException("reply timeout")));
                }
            }));
        }
    }

    @Nullable
    RuntimeException notify(String method, boolean hasParams, @Nullable Object params) {
        try {
            return send(core.dialect.request(method, hasParams, params, null));
        } catch (CodecException e) {
            core.counters.drop(DropReason.ENCODE_ERROR, 1);
            return e;
        }
    }

    private static Frame binary(Frame frame) {
        return Frame.of(frame.array(), frame.offset(), frame.length());
    }

    private @Nullable RuntimeException send(Frame frame) {
        if (link.send(frame)) {
            core.counters.sent(frame.length());
            return null;
        }
        CloseReason reason = ended;
        if (reason != null || !core.isReady(this)) {
            core.counters.drop(DropReason.CLOSED, 1);
            return new ClosedException(
                    "the connection is closed", reason == null ? new CloseReason.Local() : reason, true);
        }
        core.counters.drop(DropReason.QUEUE_FULL, 1);
        return new QueueFullException(
                core.options.maxQueuedBytes + " bytes wait to be written", core.options.maxQueuedBytes);
    }

    boolean isOpen() {
        return ended == null;
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    void end(int code, String reason) {
        link.end(code, reason);
    }

    void cut() {
        link.close(new CloseReason.Local());
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        core.counters.received(frame.length());
        Dialect dialect = core.dialects.of(frame, core.dialect);
        Members members = members(dialect);
        try {
            members.scan(frame);
        } catch (CodecException e) {
            core.counters.drop(DropReason.DECODE_ERROR, 1);
            core.log.debug("from {}: {}", core.options, e.getMessage());
            return;
        }
        Frame params = value(members, Members.PARAMS);
        if (members.isString(Members.NOTIFICATION)) {
            event(new RpcEvent(members.string(Members.NOTIFICATION), dialect, params, true));
            return;
        }
        Frame id = value(members, Members.ID);
        PendingCall<?> call = id == null || dialect.isNull(id) ? null : pending.get(key(dialect, id));
        if (call != null && call.take()) {
            run(new Settling(call, dialect, value(members, Members.RESULT), value(members, Members.ERROR)));
        } else if (members.isString(Members.METHOD)) {
            event(new RpcEvent(members.string(Members.METHOD), dialect, params, false));
        } else {
            core.counters.drop(DropReason.UNKNOWN_ID, 1);
        }
    }

    private static @Nullable Frame value(Members members, int member) {
        return members.has(member) ? members.value(member) : null;
    }

    private static Object key(Dialect dialect, Frame id) {
        Long number = ClientCore.decimal(dialect, id);
        if (number != null) {
            return number;
        }
        try {
            Object value = dialect.codec.decode(id, Object.class);
            return value == null ? "" : ClientCore.key(value);
        } catch (CodecException e) {
            return "";
        }
    }

    private Members members(Dialect dialect) {
        boolean text = dialect == core.dialects.json;
        Members known = text ? json : msgpack;
        if (known == null) {
            known = dialect.members(Members.names());
            if (text) {
                json = known;
            } else {
                msgpack = known;
            }
        }
        return known;
    }

    private void event(RpcEvent event) {
        if (core.events.has(event.name())) {
            run(new Telling(event));
        } else {
            core.counters.drop(DropReason.NO_LISTENER, 1);
        }
    }

    /** Gives a task to the executor, and stops reading while too many of them wait there. */
    private void run(Task task) {
        throttle.added();
        core.executor().execute(task);
    }

    /** Something that has arrived, on its way to the user. */
    private abstract class Task extends SerialExecutor.Task {

        @Override
        protected final void run() {
            try {
                act();
            } finally {
                throttle.done();
            }
        }

        abstract void act();
    }

    private final class Settling extends Task {

        private final PendingCall<?> call;
        private final Dialect dialect;
        private final @Nullable Frame result;
        private final @Nullable Frame error;

        Settling(PendingCall<?> call, Dialect dialect, @Nullable Frame result, @Nullable Frame error) {
            this.call = call;
            this.dialect = dialect;
            this.result = result;
            this.error = error;
        }

        @Override
        void act() {
            call.settle(dialect, result, error);
        }
    }

    private final class Telling extends Task {

        private final RpcEvent event;

        Telling(RpcEvent event) {
            this.event = event;
        }

        @Override
        void act() {
            core.events.emit(event);
        }
    }

    /** Counts what waits for the executor. */
    private final class ReadThrottle {

        private final AtomicInteger waiting = new AtomicInteger();
        private volatile boolean paused;

        void added() {
            if (waiting.incrementAndGet() >= PAUSE_AT && !paused) {
                paused = true;
                link.reading(false);
            }
        }

        void done() {
            if (waiting.decrementAndGet() <= PAUSE_AT / 2 && paused) {
                core.onLoop(this::resume);
            }
        }

        private void resume() {
            if (paused && waiting.get() <= PAUSE_AT / 2) {
                paused = false;
                link.reading(true);
            }
        }
    }

    // ---- the end

    @Override
    public void closed(Link from, CloseReason reason) {
        ended = reason;
        onClosed.accept(reason);
        List.copyOf(pending.values()).forEach(call -> fail(call, reason));
    }

    private void fail(PendingCall<?> call, CloseReason reason) {
        if (call.take()) {
            core.executor()
                    .execute(() -> call.completeExceptionally(
                            new ClosedException("the connection ended before the answer came", reason, false)));
        }
    }
}
