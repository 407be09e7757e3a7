package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.DeferrableMessages;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.ipc.spi.IpcPeer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Passes the messages of one connection to the backend of its server, in order. */
final class BackendSession implements IpcPeer {

    private final Connection connection;
    private volatile long publicationBytes;

    // Event loop only.
    private final ReadThrottle throttle;
    private final DeferrableMessages messages;
    private IpcBackend.@Nullable Session session;
    private PendingPublications.Policy policy = PendingPublications.Policy.CLOSE;
    private @Nullable PendingPublications publications;
    private long callBytes;

    // Whether the connection has ended, or is about to because the backend has failed.
    private boolean ended;

    BackendSession(Connection connection, ReadThrottle throttle) {
        this.connection = connection;
        this.throttle =
                throttle.limitCalls(connection.endpoint().maxPendingMessages, connection.endpoint().maxPendingBytes);
        this.messages = new DeferrableMessages(connection.loop(), throttle, connection.endpoint().errors::report);
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
        if (messages.isDeferred()) {
            messages.hold(() -> pass(topic, payload, bytes));
        } else {
            messages.handled(pass(topic, payload, bytes));
        }
    }

    private CompletionStage<Void> pass(String topic, Payload payload, int bytes) {
        IpcBackend.Session to = session;
        if (to == null || ended) {
            return IpcBackend.ACCEPTED;
        }
        try {
            return to.message(topic, payload, bytes);
        } catch (Throwable e) {
            failed(e);
            return IpcBackend.ACCEPTED;
        }
    }

    /** Ends the output when all messages have been handled and answered. */
    void inputEnded() {
        messages.end(this::endAnswered);
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
        messages.clear();
        releaseCalls(callBytes);
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
    public LinkStats stats() {
        return connection.stats();
    }

    @Override
    public int maxQueuedBytes() {
        return connection.endpoint().maxQueuedBytes;
    }

    @Override
    public void countDrop(DropReason reason) {
        connection.endpoint().counters.drop(reason, 1);
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
        callBytes += bytes;
        connection.endpoint().pending.callStarted(throttle, bytes);
    }

    @Override
    public void callEnded(int bytes) {
        throttle.callEnded(bytes);
        loop().executeOrRun(() -> releaseCalls(Math.min(bytes, callBytes)));
    }

    private void releaseCalls(long bytes) {
        callBytes -= bytes;
        connection.endpoint().pending.callEnded(throttle, bytes);
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
