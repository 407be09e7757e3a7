package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.wire.Values;
import io.heliograph.transport.EventLoop;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The pending calls of a client. Encodes calls and notifications; sends them, or lets them wait while the client connects.
 * Thread-safe.
 */
final class ClientCalls {

    private final ClientCore core;
    private final WaitingRequests waiting;
    private final InFlight inFlight = new InFlight();
    private final Map<Object, PendingCall<?>> pending = new ConcurrentHashMap<>();

    ClientCalls(ClientCore core) {
        this.core = core;
        this.waiting = new WaitingRequests(
                core.options.calls().maxPending(), core.options.endpoint().maxQueuedBytes());
    }

    // ---- calls

    <T extends @Nullable Object> CompletableFuture<T> call(
            String method, boolean hasParams, @Nullable Object params, Type type, CallOptions options) {
        return call(null, method, hasParams, params, type, options);
    }

    /**
     * Calls a method.
     *
     * @param connection connection that sends the call; null for the connection that is ready, or for the next one
     */
    <T extends @Nullable Object> CompletableFuture<T> call(
            @Nullable ClientConnection connection,
            String method,
            boolean hasParams,
            @Nullable Object params,
            Type type,
            CallOptions options) {
        Values.check("params", params);
        int maxPending = core.options.calls().maxPending();
        if (pending.size() >= maxPending) {
            return CompletableFuture.failedFuture(new QueueFullException(
                    pending.size() + " calls are pending (expected: less than " + maxPending + ")", maxPending));
        }
        Object id = core.nextId(method, params);
        PendingCall<T> call = new PendingCall<>(CallIds.key(id), type, this);
        Frame frame;
        try {
            frame = core.dialect.request(method, hasParams, params, id);
        } catch (CodecException e) {
            core.counters.drop(DropReason.ENCODE_ERROR, 1);
            return CompletableFuture.failedFuture(e);
        }
        if (!inFlight.begin()) {
            return CompletableFuture.failedFuture(closing());
        }
        PendingCall<?> earlier = pending.put(call.key(), call);
        if (earlier != null) {
            ended(earlier);
            waiting.remove(earlier);
            earlier.completeExceptionally(
                    new IllegalStateException("id: " + id + " (expected: an id of no pending call)"));
        }
        Frame message = options.binary() ? Frame.of(frame.array(), frame.offset(), frame.length()) : frame;
        RuntimeException failure = connection == null ? submit(call, message) : connection.send(call, message);
        if (failure != null) {
            if (call.remove()) {
                call.completeExceptionally(failure);
            }
        } else if (options.timeout().isPositive()) {
            startTimer(call, options.timeout());
        }
        return call;
    }

    private void startTimer(PendingCall<?> call, Duration timeout) {
        try {
            EventLoop loop = core.lifecycle.loop();
            SilenceTimer timer = new SilenceTimer(loop, timeout, () -> {
                if (call.remove()) {
                    core.executor()
                            .execute(() -> call.completeExceptionally(new DeadlineExceededException("reply timeout")));
                }
            });
            call.timer(timer);
            loop.execute(() -> {
                if (call.equals(pending.get(call.key()))) {
                    timer.start();
                }
            });
        } catch (IllegalStateException | RejectedExecutionException e) {
            // The client has closed, which fails the call.
        }
    }

    CompletableFuture<Void> notify(String method, boolean hasParams, @Nullable Object params) {
        Values.check("params", params);
        Frame frame;
        try {
            frame = core.dialect.request(method, hasParams, params, null);
        } catch (CodecException e) {
            core.counters.drop(DropReason.ENCODE_ERROR, 1);
            return CompletableFuture.failedFuture(e);
        }
        if (!inFlight.begin()) {
            return CompletableFuture.failedFuture(closing());
        }
        BlockableFuture<Void> sent = new BlockableFuture<>();
        RuntimeException failure = submit(sent, frame);
        if (failure != null) {
            inFlight.end();
            sent.completeExceptionally(failure);
        }
        return sent;
    }

    private static NotConnectedException closing() {
        return new NotConnectedException("socket not ready: the client is closed");
    }

    /**
     * Rejects further requests.
     *
     * @return completes when all calls have been answered, and all notifications have been sent
     */
    CompletableFuture<Void> drain() {
        return inFlight.drain();
    }

    /**
     * Sends a request, or lets it wait for a connection.
     *
     * @return null, or the reason that the request was rejected
     */
    private @Nullable RuntimeException submit(CompletableFuture<?> future, Frame frame) {
        ClientConnection ready = core.ready();
        if (ready == null) {
            synchronized (waiting) {
                ready = core.ready();
                if (ready == null) {
                    RuntimeException failure = waiting.add(future, frame);
                    if (failure != null) {
                        core.counters.drop(
                                failure instanceof NotConnectedException
                                        ? DropReason.NOT_CONNECTED
                                        : DropReason.QUEUE_FULL,
                                1);
                    }
                    return failure;
                }
            }
        }
        RuntimeException failure = send(ready, future, frame);
        if (failure == null && !(future instanceof PendingCall<?>)) {
            inFlight.end();
            future.complete(null);
        }
        return failure;
    }

    private static @Nullable RuntimeException send(
            ClientConnection connection, CompletableFuture<?> future, Frame frame) {
        return future instanceof PendingCall<?> call ? connection.send(call, frame) : connection.send(frame);
    }

    // ---- responses

    /** Returns the pending call of a key, or null. */
    @Nullable
    PendingCall<?> find(Object key) {
        return pending.get(key);
    }

    /** Removes a pending call; returns false if another thread has removed it. */
    boolean remove(PendingCall<?> call) {
        if (!call.isSent()) {
            waiting.remove(call);
        }
        boolean removed = pending.remove(call.key(), call);
        if (removed) {
            ended(call);
        }
        return removed;
    }

    /** Subtracts a call that has ended, and stops its timer. */
    private void ended(PendingCall<?> call) {
        inFlight.end();
        SilenceTimer timer = call.timer();
        if (timer == null) {
            return;
        }
        if (core.inLoop()) {
            timer.stop();
        } else {
            core.lifecycle.executeOrRun(timer::stop);
        }
    }

    // ---- connections

    /** Records a call of {@code connect()}, so that requests wait. */
    void connectCalled() {
        waiting.connectCalled();
    }

    /** Records that the call of {@code connect()} has been processed. Event loop only. */
    void attemptStarted() {
        waiting.attemptStarted();
    }

    /** Sends the waiting requests, and makes the connection ready unless it has closed. Event loop only. */
    void ready(ClientConnection connection) {
        Map<CompletableFuture<?>, Frame> requests;
        do {
            requests = waiting.take(() -> {
                if (connection.isOpen()) {
                    core.ready(connection);
                }
            });
            requests.forEach((future, frame) -> sendWaiting(connection, future, frame));
        } while (!requests.isEmpty());
    }

    private void sendWaiting(ClientConnection connection, CompletableFuture<?> future, Frame frame) {
        if (future instanceof PendingCall<?> call && !call.equals(pending.get(call.key()))) {
            return; // canceled meanwhile
        }
        RuntimeException failure = send(connection, future, frame);
        if (failure != null) {
            fail(future, failure);
        } else if (!(future instanceof PendingCall<?>)) {
            inFlight.end();
            core.executor().execute(() -> future.complete(null));
        }
    }

    /** Fails the waiting requests when the attempt that they wait for has failed. Event loop only. */
    void ended(boolean more, boolean failed, @Nullable Throwable cause) {
        RuntimeException failure = WaitingRequests.notConnected(cause);
        waiting.ended(more, failed).forEach(future -> fail(future, failure));
    }

    /** Fails the calls that a closed connection has sent. Event loop only. */
    void closed(ClientConnection connection, CloseReason reason) {
        List.copyOf(pending.values()).forEach(call -> {
            if (call.isSentBy(connection)) {
                closed(call, reason);
            }
        });
    }

    /** Fails a call whose connection has closed. */
    void closed(PendingCall<?> call, CloseReason reason) {
        fail(call, new ClosedException("the connection was closed before the response", reason, false));
    }

    /** Fails all requests when the client has closed. */
    void close() {
        RuntimeException failure = closing();
        waiting.close().forEach(future -> fail(future, failure));
    }

    private void fail(CompletableFuture<?> future, RuntimeException failure) {
        boolean pendingNow = true;
        if (future instanceof PendingCall<?> call) {
            pendingNow = call.remove();
        } else {
            inFlight.end();
        }
        if (pendingNow) {
            core.executor().execute(() -> future.completeExceptionally(failure));
        }
    }

    long queuedBytes() {
        return waiting.queuedBytes();
    }
}
