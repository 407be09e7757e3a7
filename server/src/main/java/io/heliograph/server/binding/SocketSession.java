package io.heliograph.server.binding;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Printable;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.socket.spi.SocketPeer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Connection of a typed socket. Event loop only. */
final class SocketSession implements SocketBackend.Session, HubPeer, PendingPublication.Source {

    private final SocketBinding binding;
    private final SocketPeer peer;
    private final RunningCalls calls;
    private final OrderedReplies replies;
    private @Nullable HubConnection connection;
    private CompletionStage<Void> admission = SocketBackend.ACCEPTED;
    private boolean admitted;
    private boolean failureReported;
    private boolean closed;

    SocketSession(SocketBinding binding, SocketPeer peer) {
        this.binding = binding;
        this.peer = peer;
        this.calls = new RunningCalls(peer.loop(), binding.calls());
        this.replies = new OrderedReplies(this::send);
    }

    /** Opens the connection; values wait until it is admitted. */
    void open() {
        HubConnection opened = binding.hub()
                .connect(
                        binding.listener(),
                        this,
                        peer.remoteAddress().toString(),
                        HubCore.principalOf(peer.certificates()));
        connection = opened;
        admission = opened.admit(() -> {
            admitted = true;
            if (!closed && binding.procedure() == null) {
                subscribe(opened);
            }
        });
    }

    private void subscribe(HubConnection opened) {
        opened.subscribe(binding.deliverChannel(), this::deliver, null, (subscription, failure) -> {
            if (failure != null) {
                reportOnce(failure);
            }
        });
    }

    @Override
    public HubConnection connection() {
        HubConnection present = connection;
        if (present == null) {
            throw new IllegalStateException("the connection has not been opened");
        }
        return present;
    }

    @Override
    public EventLoop loop() {
        return peer.loop();
    }

    @Override
    public LinkStats stats() {
        return peer.stats();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    // ---- received values

    @Override
    public CompletionStage<Void> numbers(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                inconvertible("the number " + value + " (expected: a finite number)");
                return SocketBackend.ACCEPTED;
            }
        }
        return received(values.length == 1 ? values[0] : values, values.length * Double.BYTES);
    }

    @Override
    public CompletionStage<Void> numbers(long[] values) {
        return received(values.length == 1 ? values[0] : values, values.length * Long.BYTES);
    }

    @Override
    public CompletionStage<Void> string(String value) {
        return received(value, value.length());
    }

    @Override
    public CompletionStage<Void> json(Payload value) {
        return received(value, value.size());
    }

    @Override
    public CompletionStage<Void> image(Frame file) {
        return received(file.toByteArray(), file.length());
    }

    private CompletionStage<Void> received(Object value, int bytes) {
        Payload payload = value instanceof Payload given
                ? given
                : Payload.ofValue(binding.hub().codec(), value);
        if (!admitted) {
            return admission.thenCompose(done -> admitted ? handle(payload, bytes) : SocketBackend.ACCEPTED);
        }
        return handle(payload, bytes);
    }

    private CompletionStage<Void> handle(Payload payload, int bytes) {
        if (closed) {
            return SocketBackend.ACCEPTED;
        }
        String procedure = binding.procedure();
        return procedure == null
                ? PendingPublication.publish(this, binding.publishChannel(), payload)
                : call(procedure, payload, bytes);
    }

    private CompletionStage<Void> call(String procedure, Payload argument, int bytes) {
        RunningCalls.Running call = calls.begin(() -> peer.callEnded(bytes));
        if (call == null) {
            return SocketBackend.ACCEPTED;
        }
        peer.callStarted(bytes);
        OrderedReplies.Reply reply = replies.begin();
        return connection().call(procedure, argument, (result, failure) -> {
            Frame frame = failure == null ? reply(result) : null;
            onLoop(() -> {
                if (failure != null) {
                    reportOnce(failure);
                }
                reply.complete(frame);
                call.end();
            });
        });
    }

    /** Returns the frame of a result; null if the send type cannot represent it. */
    private @Nullable Frame reply(@Nullable Object result) {
        Payload payload = binding.json(result);
        try {
            return peer.format().frame(payload);
        } catch (HeliographException failure) {
            inconvertible(failure.getMessage());
            return null;
        }
    }

    private void inconvertible(@Nullable String problem) {
        peer.countDrop(DropReason.NOT_CONVERTIBLE);
        binding.hub().report(HubErrors.invalidArguments(peer.remoteAddress() + ": " + Printable.of(problem, 200)));
    }

    @Override
    public void failed(String channel, CallException failure) {
        if (failure.code() == HubErrors.ENGINE) {
            peer.countDrop(DropReason.QUEUE_FULL);
        }
        reportOnce(failure);
    }

    /** Reports the first failure, because the protocol has no errors. */
    private void reportOnce(CallException failure) {
        if (!failureReported) {
            failureReported = true;
            binding.hub().report(failure);
        }
    }

    @Override
    public CompletableFuture<Void> answered() {
        return calls.idle();
    }

    @Override
    public CompletionStage<Void> inputEnded() {
        return calls.idle();
    }

    // ---- sent values

    private void deliver(Publication publication) {
        if (closed || (!binding.listener().echo() && connection().id().equals(publication.publisher()))) {
            return;
        }
        Frame frame = binding.frame(publication, peer.format());
        if (frame == null) {
            peer.countDrop(DropReason.NOT_CONVERTIBLE);
        } else {
            send(frame);
        }
    }

    private void send(Frame frame) {
        if (!peer.send(frame) && !closed) {
            peer.countDrop(DropReason.QUEUE_FULL);
        }
    }

    private void onLoop(Runnable task) {
        if (loop().inLoop()) {
            task.run();
        } else {
            loop().executeOrRun(task);
        }
    }

    /** {@inheritDoc} The protocol has no names. */
    @Override
    public void send(String name, Payload data) {
        Frame frame = reply(data);
        if (frame != null) {
            send(frame);
        }
    }

    /** {@inheritDoc} The protocol has no form for it. */
    @Override
    public void kickOut(String channel, String reason) {}

    @Override
    public void close(String reason) {
        peer.close();
    }

    @Override
    public void closed(CloseReason reason) {
        closed = true;
        calls.close();
        connection().closed(reason);
    }
}
