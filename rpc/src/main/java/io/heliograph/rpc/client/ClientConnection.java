package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.DropReason;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Envelope;
import io.heliograph.rpc.wire.Envelopes;
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

/** One connection of a client: sends requests, and completes pending calls with their responses. */
final class ClientConnection implements LinkHandler {

    private static final int PAUSE_AT = 1024;

    private final ClientCore core;
    private final Link link;
    private final Consumer<CloseReason> onClosed;
    private final Map<Object, PendingCall<?>> pending = new ConcurrentHashMap<>();
    private final ReadThrottle throttle = new ReadThrottle();

    private volatile @Nullable CloseReason closeReason;

    // Event loop only.
    private final Envelopes envelopes = new Envelopes();

    ClientConnection(ClientCore core, Link link, Consumer<CloseReason> onClosed) {
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
        PendingCall<?> earlier = pending.put(ClientCore.key(id), call);
        if (earlier != null) {
            earlier.completeExceptionally(new IllegalStateException("id: " + id + " (expected: an id of no pending call)"));
        }
        RuntimeException failure = send(options.binary() ? binary(frame) : frame);
        if (failure != null) {
            if (call.remove()) {
                call.completeExceptionally(failure);
            }
        } else {
            startTimer(call, options.timeout());
        }
        return call;
    }

    private void startTimer(PendingCall<?> call, Duration timeout) {
        CloseReason reason = closeReason;
        if (reason != null) {
            // The call may have been added after closed() has failed the pending calls.
            fail(call, reason);
        } else if (timeout.isPositive()) {
            call.timer(link.loop().schedule(timeout, () -> {
                if (call.remove()) {
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
        CloseReason reason = closeReason;
        if (reason != null || !core.isReady(this)) {
            core.counters.drop(DropReason.CLOSED, 1);
            return new ClosedException(
                    "the connection is closed", reason == null ? new CloseReason.Local() : reason, true);
        }
        core.counters.drop(DropReason.QUEUE_FULL, 1);
        return new QueueFullException(
                "queue of " + core.options.maxQueuedBytes + " bytes is full", core.options.maxQueuedBytes);
    }

    boolean isOpen() {
        return closeReason == null;
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    void end(int code, String reason) {
        link.end(code, reason);
    }

    void abort() {
        link.close(new CloseReason.Local());
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        core.counters.received(frame.length());
        Dialect dialect = core.dialects.of(frame, core.dialect);
        Envelope envelope = envelopes.of(dialect);
        try {
            envelope.scan(frame);
        } catch (CodecException e) {
            core.counters.drop(DropReason.DECODE_ERROR, 1);
            core.log.debug("Message ignored: {} server={}", e.getMessage(), core.options);
            return;
        }
        Frame params = envelope.valueOrNull(Envelope.PARAMS);
        if (envelope.isString(Envelope.NOTIFICATION)) {
            event(new ReceivedEvent(envelope.string(Envelope.NOTIFICATION), dialect, params, true));
            return;
        }
        Frame id = envelope.valueOrNull(Envelope.ID);
        PendingCall<?> call = id == null || dialect.isNull(id) ? null : pending.get(key(dialect, id));
        if (call != null && call.remove()) {
            run(new ResponseTask(
                    call, dialect, envelope.valueOrNull(Envelope.RESULT), envelope.valueOrNull(Envelope.ERROR)));
        } else if (envelope.isString(Envelope.METHOD)) {
            event(new ReceivedEvent(envelope.string(Envelope.METHOD), dialect, params, false));
        } else {
            core.counters.drop(DropReason.UNKNOWN_ID, 1);
        }
    }

    private static Object key(Dialect dialect, Frame id) {
        Long number = ClientCore.decimal(dialect, id);
        if (number != null) {
            return number;
        }
        try {
            Object value = dialect.codec().decode(id, Object.class);
            return value == null ? "" : ClientCore.key(value);
        } catch (CodecException e) {
            return "";
        }
    }

    private void event(RpcEvent event) {
        if (core.events.has(event.name())) {
            run(new EventTask(event));
        } else {
            core.counters.drop(DropReason.NO_LISTENER, 1);
        }
    }

    /** Enqueues a task for the executor; reading pauses while too many tasks are queued. */
    private void run(Task task) {
        throttle.added();
        core.executor().execute(task);
    }

    /** Delivery of a received message. */
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

    private final class ResponseTask extends Task {

        private final PendingCall<?> call;
        private final Dialect dialect;
        private final @Nullable Frame result;
        private final @Nullable Frame error;

        ResponseTask(PendingCall<?> call, Dialect dialect, @Nullable Frame result, @Nullable Frame error) {
            this.call = call;
            this.dialect = dialect;
            this.result = result;
            this.error = error;
        }

        @Override
        void act() {
            call.complete(dialect, result, error);
        }
    }

    private final class EventTask extends Task {

        private final RpcEvent event;

        EventTask(RpcEvent event) {
            this.event = event;
        }

        @Override
        void act() {
            core.events.emit(event);
        }
    }

    /** Pauses reading while too many tasks are queued for the executor. */
    private final class ReadThrottle {

        private final AtomicInteger queued = new AtomicInteger();
        private volatile boolean paused;

        void added() {
            if (queued.incrementAndGet() >= PAUSE_AT && !paused) {
                paused = true;
                link.reading(false);
            }
        }

        void done() {
            if (queued.decrementAndGet() <= PAUSE_AT / 2 && paused) {
                core.onLoop(this::resume);
            }
        }

        private void resume() {
            if (paused && queued.get() <= PAUSE_AT / 2) {
                paused = false;
                link.reading(true);
            }
        }
    }

    // ---- closing

    @Override
    public void closed(Link from, CloseReason reason) {
        closeReason = reason;
        onClosed.accept(reason);
        List.copyOf(pending.values()).forEach(call -> fail(call, reason));
    }

    private void fail(PendingCall<?> call, CloseReason reason) {
        if (call.remove()) {
            core.executor()
                    .execute(() -> call.completeExceptionally(
                            new ClosedException("the connection was closed before the response", reason, false)));
        }
    }
}
