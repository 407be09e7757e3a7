package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.endpoint.PendingPublications.Policy;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.rpc.spi.RpcPeer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Connection of a server with a backend: passes calls and subscriptions to it, and its events to the client. Event loop only. */
final class BackendSession implements RpcPeer {

    private final ServerCore core;
    private final ServerSession session;
    private final ReadThrottle throttle;
    private RpcBackend.@Nullable Session to;
    private Policy policy = Policy.CLOSE;
    private @Nullable PendingPublications publications;
    private volatile long publicationBytes;
    private boolean failed;

    // Calls that the backend has not answered: their bytes, and those of batches, which wait for them. Guarded by this.
    private long callBytes;
    private final Set<BackendCall> batchCalls = new HashSet<>();
    private boolean closed;

    BackendSession(ServerCore core, ServerSession session, ReadThrottle throttle) {
        this.core = core;
        this.session = session;
        this.throttle = throttle;
    }

    void open(RpcBackend backend) {
        try {
            policy = backend.slowConsumers();
            to = backend.connected(this);
        } catch (Throwable e) {
            failed(e);
        }
    }

    // ---- requests

    /** Passes a call to the backend. */
    void call(Request request, String method, @Nullable Frame params, int size) {
        BackendCall call = new BackendCall(this, request, method, size);
        started(call, size);
        RpcBackend.Session receiver = to;
        if (receiver == null || failed) {
            call.abandon();
            return;
        }
        Payload payload = params == null
                ? request.dialect().payload(null)
                : Payload.ofWellFormed(request.dialect().codec(), params);
        try {
            if (!request.isNotification()) {
                waits(receiver.call(method, payload, call), () -> {});
            } else if (!waits(receiver.call(method, payload, null), call::abandon)) {
                call.abandon();
            }
        } catch (Throwable e) {
            call.abandon();
            failed(e);
        }
    }

    CompletionStage<Void> subscribe(BackendSubscription subscription) {
        RpcBackend.Session receiver = to;
        try {
            if (receiver != null && !failed) {
                return receiver.subscribe(subscription);
            }
        } catch (Throwable e) {
            failed(e);
        }
        subscription.reject("provided event invalid");
        return RpcBackend.ACCEPTED;
    }

    void unsubscribe(BackendSubscription subscription) {
        forget(subscription);
        RpcBackend.Session receiver = to;
        if (receiver != null) {
            try {
                receiver.unsubscribe(subscription);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    Collection<String> methods() {
        RpcBackend.Session receiver = to;
        try {
            return receiver == null ? List.of() : receiver.methods();
        } catch (Throwable e) {
            failed(e);
            return List.of();
        }
    }

    /**
     * Holds the later messages of the connection until a decision.
     *
     * @param decided runs on the event loop after the decision, and before the held messages are read
     * @return false if the decision is complete; {@code decided} does not run then
     */
    boolean waits(CompletionStage<Void> decision, Runnable decided) {
        if (isAccepted(decision)) {
            return false;
        }
        session.held().awaitDecision();
        decision.whenComplete((done, failure) -> session.onLoop(() -> {
            if (failure != null) {
                core.errors.report(Failures.unwrap(failure));
            }
            decided.run();
            session.held().decided();
        }));
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // a shared constant
    private static boolean isAccepted(CompletionStage<Void> decision) {
        return decision == RpcBackend.ACCEPTED
                || (decision instanceof CompletableFuture<Void> future
                        && future.isDone()
                        && !future.isCompletedExceptionally());
    }

    private synchronized void started(BackendCall call, int bytes) {
        callBytes += bytes;
        if (bytes == 0) {
            batchCalls.add(call);
        }
    }

    /** Ends a call, unless the connection has closed, which ends all of them. Thread-safe. */
    void ended(BackendCall call, int bytes) {
        synchronized (this) {
            if (bytes == 0) {
                batchCalls.remove(call);
                return;
            }
            if (closed) {
                return;
            }
            callBytes -= bytes;
        }
        session.work().ended(bytes);
    }

    private void failed(Throwable failure) {
        failed = true;
        core.errors.userCode("backend", session.label(), failure);
        session.abort();
    }

    void closed(CloseReason reason) {
        long unanswered;
        List<BackendCall> unansweredInBatches;
        synchronized (this) {
            closed = true;
            unanswered = callBytes;
            unansweredInBatches = List.copyOf(batchCalls);
        }
        session.work().abandoned(unanswered);
        unansweredInBatches.forEach(BackendCall::abandon);
        publications = null;
        publicationBytes = 0;
        RpcBackend.Session receiver = to;
        to = null;
        if (receiver != null) {
            try {
                receiver.closed(reason);
            } catch (Throwable e) {
                core.errors.userCode("backend", session.label(), e);
            }
        }
    }

    // ---- events

    /** Sends an event under the policy for slow consumers. */
    boolean publish(String event, Frame frame, @Nullable String position) {
        if (policy == Policy.CLOSE || hasRoom(frame)) {
            return send(frame);
        }
        if (!session.isOpen()) {
            return false;
        }
        PendingPublications queued = queue();
        int dropped = queued.add(event, position, frame);
        publicationBytes = queued.bytes();
        if (dropped < 0) {
            closeSlowConsumer();
            return false;
        }
        if (dropped > 0) {
            core.counters.drop(policy == Policy.CONFLATE ? DropReason.CONFLATED : DropReason.DROPPED_OLDEST, dropped);
        }
        return true;
    }

    void gap(String event, String position, String reason) {
        Frame frame = format().gap(event, position, reason);
        if (policy == Policy.CLOSE || hasRoom(frame)) {
            send(frame);
        } else if (session.isOpen()) {
            queue().add(new PendingPublications.Gap(event, position, reason));
        }
    }

    private PendingPublications queue() {
        PendingPublications queued = publications;
        if (queued == null) {
            queued = new PendingPublications(
                    maxQueuedBytes(),
                    policy == Policy.CONFLATE,
                    gap -> format().gap(gap.channel(), gap.position(), gap.reason()));
            publications = queued;
        }
        return queued;
    }

    private boolean hasRoom(Frame frame) {
        PendingPublications queued = publications;
        return (queued == null || queued.isEmpty())
                && PendingPublications.hasRoom(session.linkBytes(), frame, maxQueuedBytes());
    }

    /** Sends queued events after the link has written. */
    void written() {
        PendingPublications queued = publications;
        if (queued == null) {
            return;
        }
        Frame next = queued.peek();
        while (next != null && PendingPublications.hasRoom(session.linkBytes(), next, maxQueuedBytes())) {
            queued.poll();
            send(next);
            next = queued.peek();
        }
        if (next == null) {
            publications = null;
        }
        publicationBytes = queued.bytes();
    }

    void closeSlowConsumer() {
        core.counters.drop(DropReason.SLOW_CONSUMER, 1);
        session.end(new CloseReason.Failed(
                new QueueFullException("queue of " + maxQueuedBytes() + " bytes is full", maxQueuedBytes())));
    }

    /** Removes a subscription that has ended, and its queued events. */
    void forget(BackendSubscription subscription) {
        if (session.subscriptions().remove(subscription)) {
            PendingPublications queued = publications;
            if (queued != null) {
                queued.forget(subscription.event());
                publicationBytes = queued.bytes();
            }
        }
    }

    long publicationBytes() {
        return publicationBytes;
    }

    // ---- peer

    @Override
    public String id() {
        return session.id();
    }

    @Override
    public String namespace() {
        return session.namespace();
    }

    @Override
    public Address peer() {
        return session.peer();
    }

    @Override
    public Optional<HttpRequest> request() {
        return session.request();
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return session.credentials();
    }

    @Override
    public EventLoop loop() {
        return session.loop();
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public RpcFormat format() {
        return core.format(session.eventDialect());
    }

    @Override
    public boolean send(Frame frame) {
        return session.isOpen() && session.respond(frame);
    }

    @Override
    public void authenticated(boolean authenticated) {
        if (authenticated) {
            session.authenticate();
        } else {
            session.deauthenticate();
        }
    }

    @Override
    public long queuedBytes() {
        return session.queuedBytes();
    }

    @Override
    public LinkStats stats() {
        return session.stats().withQueued(publicationBytes);
    }

    @Override
    public int maxQueuedBytes() {
        return core.options.endpoint().maxQueuedBytes();
    }

    @Override
    public void await(CompletionStage<Void> decision) {
        waits(decision, () -> {});
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
    public CompletableFuture<Void> drain() {
        return session.work().drain();
    }

    @Override
    public void close(int code, String reason) {
        session.close(code, reason);
    }
}
