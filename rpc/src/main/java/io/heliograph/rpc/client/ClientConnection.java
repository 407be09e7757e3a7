package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Printable;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.RpcGap;
import io.heliograph.rpc.client.ClientOptions.Target;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Envelope;
import io.heliograph.rpc.wire.Envelopes;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Connection of a client: sends requests, and completes pending calls with their responses. */
final class ClientConnection implements LinkHandler {

    private final ClientCore core;
    private final Link link;
    private final Consumer<CloseReason> onClosed;
    private final ReadThrottle throttle;

    private volatile @Nullable CloseReason closeReason;
    private volatile boolean ended;

    // Event loop only.
    private final Envelopes envelopes = new Envelopes(Envelope.memberNames());

    ClientConnection(ClientCore core, Link link, Consumer<CloseReason> onClosed) {
        this.core = core;
        this.link = link;
        this.onClosed = onClosed;
        this.throttle = new ReadThrottle(link)
                .limitPending(
                        core.executor(),
                        core.options.endpoint().maxPendingMessages(),
                        2L * core.options.endpoint().maxMessageBytes());
        if (core.options.target() instanceof Target.Plain plain) {
            link.send(Frame.utf8(plain.path()));
        }
    }

    // ---- sending

    /**
     * Sends a call.
     *
     * @return null, or the reason that the call was not sent
     */
    @Nullable
    RuntimeException send(PendingCall<?> call, Frame frame) {
        call.sender(this);
        RuntimeException failure = send(frame);
        CloseReason reason = closeReason;
        if (failure == null && reason != null) {
            // The call may have been sent after closed() has failed the pending calls.
            core.calls.closed(call, reason);
        }
        return failure;
    }

    /**
     * Sends a notification.
     *
     * @return null, or the reason that it was not sent
     */
    @Nullable
    RuntimeException send(Frame frame) {
        if (link.send(frame)) {
            core.counters.sent(frame.length());
            return null;
        }
        CloseReason reason = closeReason;
        if (reason != null || ended) {
            core.counters.drop(DropReason.AFTER_CLOSE, 1);
            return new ClosedException(
                    "the connection is closed", reason == null ? new CloseReason.Local() : reason, true);
        }
        core.counters.drop(DropReason.QUEUE_FULL, 1);
        int limit = core.options.endpoint().maxQueuedBytes();
        return new QueueFullException("queue of " + limit + " bytes is full", limit);
    }

    boolean isOpen() {
        return closeReason == null;
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    void end(int code, String reason) {
        ended = true;
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
            ClientCore.log.debug(
                    "Message ignored: {} server={}",
                    Printable.of(String.valueOf(e.getMessage())),
                    core.options.target());
            return;
        }
        Frame params = envelope.valueOrNull(Envelope.PARAMS);
        if (envelope.isString(Envelope.NOTIFICATION)) {
            String event = envelope.string(Envelope.NOTIFICATION);
            if (!envelope.isString(Envelope.POSITION)
                    || core.recovery.received(event, envelope.string(Envelope.POSITION))) {
                event(new ReceivedEvent(event, dialect, params, true), frame);
            }
            return;
        }
        if (envelope.isString(Envelope.GAP)) {
            gap(envelope);
            return;
        }
        Frame id = envelope.valueOrNull(Envelope.ID);
        PendingCall<?> call = id == null || dialect.isNull(id) ? null : core.calls.find(CallIds.key(dialect, id));
        if (call != null && call.isSentBy(this) && call.remove()) {
            if (envelope.has(Envelope.RECOVERY)) {
                core.recovery
                        .answered(dialect, envelope.value(Envelope.RECOVERY))
                        .forEach(this::lost);
            }
            deliver(
                    new ResponseTask(
                            call, dialect, envelope.valueOrNull(Envelope.RESULT), envelope.valueOrNull(Envelope.ERROR)),
                    frame);
        } else if (envelope.isString(Envelope.METHOD)) {
            event(new ReceivedEvent(envelope.string(Envelope.METHOD), dialect, params, false), frame);
        } else if (envelope.isString(Envelope.PRESENCE)) {
            event(new ReceivedEvent("#presence", dialect, frame, false), frame);
        } else {
            core.counters.drop(DropReason.UNKNOWN_ID, 1);
        }
    }

    private void event(RpcEvent event, Frame frame) {
        if (core.events.hasListener(event.name())) {
            deliver(new EventTask(event), frame);
        } else {
            core.counters.drop(DropReason.NO_LISTENER, 1);
        }
    }

    private void gap(Envelope envelope) {
        String event = envelope.string(Envelope.GAP);
        String position = envelope.isString(Envelope.POSITION) ? envelope.string(Envelope.POSITION) : null;
        String reason = envelope.isString(Envelope.REASON) ? envelope.string(Envelope.REASON) : "";
        boolean pending = core.recovery.isResubscribing(event);
        if (!core.recovery.gap(event, position, reason)) {
            lost(event, reason);
        } else if (!pending) {
            core.calls
                    .call(this, "rpc.on", true, core.recovery.params(List.of(event)), Object.class, core.callDefaults)
                    .whenComplete((answer, failure) -> {
                        if (isOpen() && core.recovery.isResubscribing(event)) {
                            core.recovery.resubscribed(event);
                            lost(event, reason);
                        }
                    });
        }
    }

    /** Reports missing events to the listeners, in order with the events. */
    private void lost(String event, String reason) {
        core.counters.drop(DropReason.MISSED, 1);
        core.executor().execute(() -> core.events.emit(new RpcGap(event, reason)));
    }

    private void deliver(SerialExecutor.Task task, Frame frame) {
        core.executor().execute(task);
        throttle.enqueued(frame.length());
    }

    private static final class ResponseTask extends SerialExecutor.Task {

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
        protected void run() {
            call.complete(dialect, result, error);
        }
    }

    private final class EventTask extends SerialExecutor.Task {

        @Override
        protected boolean isDroppable() {
            return true;
        }

        private final RpcEvent event;

        EventTask(RpcEvent event) {
            this.event = event;
        }

        @Override
        protected void run() {
            core.events.emit(event);
        }
    }

    // ---- closing

    @Override
    public void closed(Link from, CloseReason reason) {
        closeReason = reason;
        onClosed.accept(reason);
        core.calls.closed(this, reason);
    }
}
