package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.ipc.spi.IpcPeer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.PeerCredentials;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Passes the messages of one connection to the backend of its server, in order. While one message is undecided, later messages are held,
 * and reading pauses, so that at most the messages of one read are held.
 */
final class BackendSession implements IpcPeer {

    private record Message(String topic, Payload payload, int bytes) {}

    private final Connection connection;
    private volatile long publicationBytes;

    // Event loop only.
    private final ReadThrottle throttle;
    private final ArrayDeque<Message> held = new ArrayDeque<>(0);
    private IpcBackend.@Nullable Session session;
    private PendingPublications.Policy policy = PendingPublications.Policy.CLOSE;
    private @Nullable PendingPublications publications;
    private boolean undecided;
    private boolean inputEnded;

    // Whether the connection has ended, or is about to because the backend has failed.
    private boolean ended;

    BackendSession(Connection connection, ReadThrottle throttle) {
        this.connection = connection;
        this.throttle =
                throttle.limitCalls(connection.endpoint().maxPendingMessages, connection.endpoint().maxPendingBytes);
    }

    void open(IpcBackend backend) {
        try {
            policy = backend.slowConsumers();
            session = backend.connected(this);
        } catch (Throwable e) {
            failed(e);
        }
    }

    void message(String topic, Payload payload, int bytes) {
        if (undecided) {
            held.add(new Message(topic, payload, bytes));
        } else {
            pass(topic, payload, bytes);
        }
    }

    private void pass(String topic, Payload payload, int bytes) {
        IpcBackend.Session to = session;
        if (to == null || ended) {
            return;
        }
        CompletionStage<Void> handled;
        try {
            handled = to.message(topic, payload, bytes);
        } catch (Throwable e) {
            failed(e);
            return;
        }
        if (!isAccepted(handled)) {
            undecided = true;
            throttle.pause(ReadThrottle.Reason.MIDDLEWARE);
            handled.whenComplete((done, failure) -> loop().executeOrRun(() -> decided(failure)));
        }
    }

    @SuppressWarnings("ReferenceEquality") // a shared constant
    private static boolean isAccepted(CompletionStage<Void> handled) {
        return handled == IpcBackend.ACCEPTED
                || (handled instanceof CompletableFuture<Void> future
                        && future.isDone()
                        && !future.isCompletedExceptionally());
    }

    private void decided(@Nullable Throwable failure) {
        if (failure != null) {
            connection.endpoint().errors.report(Failures.unwrap(failure));
        }
        undecided = false;
        while (!undecided && !held.isEmpty()) {
            Message next = held.remove();
            pass(next.topic, next.payload, next.bytes);
        }
        if (!undecided) {
            throttle.resume(ReadThrottle.Reason.MIDDLEWARE);
            if (inputEnded) {
                endAnswered();
            }
        }
    }

    /** Ends the output when all messages have been handled and answered. */
    void inputEnded() {
        inputEnded = true;
        if (!undecided) {
            endAnswered();
        }
    }

    private void endAnswered() {
        IpcBackend.Session to = session;
        if (to == null || ended) {
            return;
        }
        try {
            to.inputEnded().whenComplete((answered, failure) -> connection.endOutput());
        } catch (Throwable e) {
            failed(e);
        }
    }

    void closed(CloseReason reason) {
        ended = true;
        held.clear();
        publications = null;
        publicationBytes = 0;
        IpcBackend.Session to = session;
        if (to != null) {
            try {
                to.closed(reason);
            } catch (Throwable e) {
                connection.endpoint().errors.userCode("backend", id(), e);
            }
        }
    }

    private void failed(Throwable e) {
        ended = true;
        connection.endpoint().errors.userCode("backend", id(), e);
        loop().executeOrRun(connection::abort);
    }

    // ---- peer

    @Override
    public String id() {
        return connection.id();
    }

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return connection.credentials();
    }

    @Override
    public boolean send(Frame frame) {
        if (!connection.isOpen() || !connection.transmit(frame)) {
            return false;
        }
        if (loop().inLoop()) {
            connection.endpoint().loopCounters.sent(frame.length());
        } else {
            connection.endpoint().counters.sent(frame.length());
        }
        return true;
    }

    @Override
    public boolean publish(String channel, @Nullable String position, Frame frame) {
        PendingPublications queued = publications;
        if (policy == PendingPublications.Policy.CLOSE
                || ((queued == null || queued.isEmpty())
                        && PendingPublications.hasRoom(connection.linkBytes(), frame, maxQueuedBytes()))) {
            return send(frame);
        }
        if (!connection.isOpen()) {
            return false;
        }
        boolean conflate = policy == PendingPublications.Policy.CONFLATE;
        if (queued == null) {
            queued = new PendingPublications(maxQueuedBytes(), conflate, this::frame);
            publications = queued;
        }
        int dropped = queued.add(channel, position, frame);
        publicationBytes = queued.bytes();
        if (dropped < 0) {
            connection.closeSlowConsumer();
            return false;
        }
        if (dropped > 0) {
            DropReason reason = conflate ? DropReason.CONFLATED : DropReason.DROPPED_OLDEST;
            connection.dropped(reason, dropped);
            IpcBackend.Session to = session;
            if (to != null) {
                to.dropped(reason, dropped);
            }
        }
        return true;
    }

    @Override
    public void gap(PendingPublications.Gap gap) {
        PendingPublications queued = publications;
        if (queued == null || queued.isEmpty()) {
            send(frame(gap));
        } else {
            queued.add(gap);
        }
    }

    private Frame frame(PendingPublications.Gap gap) {
        return Objects.requireNonNull(session).frame(gap);
    }

    /** Sends queued publications after the link has written. */
    void written() {
        PendingPublications queued = publications;
        if (queued == null) {
            return;
        }
        Frame next = queued.peek();
        while (next != null && PendingPublications.hasRoom(connection.linkBytes(), next, maxQueuedBytes())) {
            queued.poll();
            send(next);
            next = queued.peek();
        }
        if (next == null) {
            publications = null;
        }
        publicationBytes = queued.bytes();
    }

    @Override
    public void forget(String channel) {
        PendingPublications queued = publications;
        if (queued != null) {
            queued.forget(channel);
            publicationBytes = queued.bytes();
        }
    }

    /** Returns the bytes of queued publications. Thread-safe. */
    long publicationBytes() {
        return publicationBytes;
    }

    @Override
    public long queuedBytes() {
        return connection.queuedBytes();
    }

    @Override
    public int maxQueuedBytes() {
        return connection.endpoint().maxQueuedBytes;
    }

    @Override
    public void pause() {
        throttle.pause(ReadThrottle.Reason.CONSUMER);
    }

    @Override
    public void resume() {
        throttle.resume(ReadThrottle.Reason.CONSUMER);
    }

    @Override
    public void callStarted(int bytes) {
        throttle.callStarted(bytes);
        connection.endpoint().pending.callStarted(throttle, bytes);
    }

    @Override
    public void callEnded(int bytes) {
        throttle.callEnded(bytes);
        loop().executeOrRun(() -> connection.endpoint().pending.callEnded(throttle, bytes));
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
