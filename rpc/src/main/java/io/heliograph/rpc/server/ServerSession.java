package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.internal.Printable;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.SameId;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connection of a server: reads requests in order, and sends responses and events. */
final class ServerSession implements LinkHandler, RpcSocket {

    private final ServerCore core;
    private final Link link;
    private final String id;
    private final @Nullable HttpRequest request;
    private final RequestReader requests;
    private final SerialExecutor executor;
    private final ReadThrottle throttle;
    private final HeldFrames held;
    private final Subscriptions subscriptions;
    private final PendingWork work;
    private final RequestRate rate;

    private volatile Dialect eventDialect;
    private volatile boolean authenticated;
    private volatile @Nullable Object attachment;
    private volatile boolean closing;
    private volatile boolean closed;

    // Set before the session is shared, and never changed.
    private @Nullable BackendSession backend;

    // Event loop only.
    private @Nullable Namespace namespace;
    private String namespaceName = "";
    private boolean dialectDetected;

    ServerSession(ServerCore core, Link link, String id, @Nullable HttpRequest request) {
        this.core = core;
        this.link = link;
        this.id = id;
        this.request = request;
        this.eventDialect = core.dialects.of(core.protocol.codec());
        this.requests = new RequestReader(core, this);
        this.executor = new SerialExecutor(core.options.endpoint().dispatch(), link.loop());
        this.throttle =
                new ReadThrottle(link).limitCalls(core.options.endpoint().maxPendingMessages(), 2L * maxMessageBytes());
        this.held = new HeldFrames(this, throttle);
        this.work = new PendingWork(
                throttle, core.budget.account(), core.options.endpoint().maxQueuedBytes());
        this.rate = new RequestRate(core.limits.maxRequestsPerSecond(), link.loop(), throttle);
        this.subscriptions = new Subscriptions(core.limits.maxSubscriptions(), this);
    }

    /**
     * Enters a namespace and notifies the connection listeners, which return before the first request is read.
     *
     * @return false if the namespace does not admit the socket
     */
    boolean enter(String name) {
        if (core.protocol.sameId() != SameId.ALLOW && !admitId(name)) {
            return false;
        }
        namespaceName = name;
        core.sessions.add(this);
        Namespace entered = core.namespaces.enter(name, this);
        if (entered == null) {
            core.sessions.remove(this);
            return false;
        }
        namespace = entered;
        core.counters.opened();
        if (core.backend != null) {
            backend = new BackendSession(core, this, throttle);
            backend.open(core.backend);
        }
        if (!core.onConnection.isEmpty()) {
            held.awaitListeners();
            core.executor().execute(() -> {
                core.onConnection.emit((listener, socket, unused) -> listener.accept(socket), this, null);
                onLoop(held::listenersDone);
            });
        }
        return true;
    }

    private boolean admitId(String name) {
        Namespace existing = core.namespaces.find(name);
        ServerSession earlier = existing == null ? null : existing.latest(id);
        if (earlier != null && core.protocol.sameId() == SameId.CLOSE_EARLIER) {
            earlier.close(1000, "replaced");
            return true;
        }
        return earlier == null;
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        if (!isOpen()) {
            return;
        }
        core.counters.received(frame.length());
        boolean closing = !work.received();
        if (held.isHolding()) {
            hold(frame, closing);
            return;
        }
        read(frame, closing);
    }

    private void hold(Frame frame, boolean closing) {
        if (held.add(frame, closing)) {
            return;
        }
        core.counters.drop(DropReason.PENDING_BUDGET, 1);
        link.close(new CloseReason.Failed(new TransportException(
                "EBUSY", "the connections that are not logged in have too many bytes pending", null)));
    }

    /** Records the dialect of a valid message; the first one becomes the dialect of events. */
    void detected(Dialect dialect) {
        if (!dialectDetected) {
            dialectDetected = true;
            eventDialect = dialect;
        }
    }

    /** Returns the dialect of a message that its bytes do not identify. */
    Dialect fallbackDialect() {
        return dialectDetected ? eventDialect : core.dialects.msgpack();
    }

    int maxMessageBytes() {
        return core.options.endpoint().maxMessageBytes();
    }

    void eventDialect(Dialect dialect) {
        eventDialect = dialect;
    }

    /** Returns the dialect of events for this socket. Thread-safe. */
    Dialect eventDialect() {
        return eventDialect;
    }

    /** Reads an element of a batch. */
    void request(Dialect dialect, Frame request, Batch batch) {
        boolean unused = requests.request(dialect, request, batch, batch.rejection());
    }

    /** Counts a request against the rate limit. */
    void countRequest() {
        rate.count();
    }

    /** Reads a message that was received, and counted as work in flight unless the server is closing. */
    void read(Frame frame, boolean closing) {
        boolean pending = requests.message(frame, closing);
        if (!closing && !pending) {
            work.answered();
        }
    }

    PendingWork work() {
        return work;
    }

    SerialExecutor executor() {
        return executor;
    }

    /** Runs a task on the event loop, immediately if this is the event loop. */
    void onLoop(Runnable task) {
        if (link.loop().inLoop()) {
            task.run();
            return;
        }
        link.loop().executeOrRun(task);
    }

    // ---- events

    @Nullable
    Namespace enteredNamespace() {
        return namespace;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    HeldFrames held() {
        return held;
    }

    /** Returns the connection of the backend; null in a server without one. */
    @Nullable
    BackendSession backend() {
        return backend;
    }

    EventLoop loop() {
        return link.loop();
    }

    // ---- sending

    /** Sends a frame. Thread-safe. */
    boolean send(Frame frame) {
        if (!closing && link.send(frame)) {
            core.counters.sent(frame.length());
            return true;
        }
        core.counters.drop(closing || closed ? DropReason.AFTER_CLOSE : DropReason.QUEUE_FULL, 1);
        return false;
    }

    /** Sends a response. A response that cannot be queued closes the connection, because its caller would wait for ever. */
    boolean respond(Frame response) {
        boolean sent = send(response);
        if (!sent && isOpen()) {
            link.close(new CloseReason.Failed(new QueueFullException(
                    "queue of " + core.options.endpoint().maxQueuedBytes() + " bytes is full",
                    core.options.endpoint().maxQueuedBytes())));
        }
        return sent;
    }

    ServerOptions.Protocol protocol() {
        return core.protocol;
    }

    /** Reports an exception of a handler. */
    void handlerFailed(String method, Throwable failure) {
        core.errors.userCode("method=" + method + " namespace=" + namespaceName, label(), failure);
    }

    /** Reports a result or an error that cannot be encoded. */
    void encodeFailed(String what, Throwable failure) {
        core.encodeFailed(what + " namespace=" + namespaceName, label(), failure);
    }

    /** Reports the responses of a batch that are too long together. */
    void batchFailed(CodecException failure) {
        core.counters.drop(DropReason.ENCODE_ERROR, 1);
        core.errors.report(failure);
    }

    /** Returns the id and the remote address, for log messages. */
    String label() {
        return id + " peer=" + link.peer();
    }

    void decodeFailed(CodecException failure) {
        core.counters.drop(DropReason.DECODE_ERROR, 1);
        ServerCore.log.debug(
                "Message rejected: {} connection={} namespace={}",
                Printable.of(String.valueOf(failure.getMessage())),
                Printable.of(label()),
                Printable.of(namespaceName));
    }

    // ---- public interface

    @Override
    public String id() {
        return id;
    }

    @Override
    public String namespace() {
        return namespaceName;
    }

    @Override
    public boolean isAuthenticated() {
        return authenticated;
    }

    @Override
    public void authenticate() {
        authenticated = !closed;
        work.authenticated(authenticated);
    }

    @Override
    public void deauthenticate() {
        authenticated = false;
        work.authenticated(false);
        if (core.protocol.revokeSubscriptions()) {
            onLoop(subscriptions::revokeProtected);
        }
    }

    /** Returns whether the socket may receive an event. Ends its subscriptions to protected events if it may not. Thread-safe. */
    boolean mayReceive(RegisteredEvent event) {
        if (!event.isProtected() || authenticated || !core.protocol.revokeSubscriptions()) {
            return true;
        }
        onLoop(() -> {
            if (!authenticated) {
                subscriptions.revokeProtected();
            }
        });
        return false;
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attach(@Nullable Object attached) {
        attachment = attached;
    }

    @Override
    public Address peer() {
        return link.peer();
    }

    @Override
    public Optional<HttpRequest> request() {
        return Optional.ofNullable(request);
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return link.credentials();
    }

    @Override
    public boolean isOpen() {
        return !closing && !closed;
    }

    @Override
    public long queuedBytes() {
        BackendSession queueing = backend;
        return link.queuedBytes() + (queueing == null ? 0 : queueing.publicationBytes());
    }

    LinkStats stats() {
        return link.stats();
    }

    /** Returns the bytes in the queue of the link. */
    long linkBytes() {
        return link.queuedBytes();
    }

    // ---- closing

    @Override
    public void close(int code, String reason) {
        link.end(code, reason);
        closing = true;
    }

    /** Starts the closing handshake, and aborts the connection after {@code timeout}. */
    void close(int code, String reason, Duration timeout) {
        close(code, reason);
        onLoop(() -> {
            if (!closed) {
                link.loop().schedule(timeout, this::abort);
            }
        });
    }

    /** Closes the connection at once. Thread-safe. */
    void abort() {
        onLoop(() -> link.close(new CloseReason.Local()));
    }

    /** Closes the connection at once. Event loop only. */
    void end(CloseReason reason) {
        link.close(reason);
    }

    @Override
    public void written(Link from) {
        if (backend != null) {
            backend.written();
        }
    }

    @Override
    public void inputEnded(Link from) {
        closing = true;
        link.end();
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        closing = true;
        closed = true;
        authenticated = false;
        work.close();
        held.release();
        subscriptions.clear();
        if (backend != null) {
            backend.closed(reason);
        }
        Namespace entered = namespace;
        if (entered == null) {
            return;
        }
        core.namespaces.leave(entered, this);
        core.counters.closed();
        if (reason instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException) {
            core.counters.drop(DropReason.QUEUE_FULL, 1);
        }
        core.executor().execute(() -> {
            if (reason instanceof CloseReason.Failed failed) {
                core.onSocketError.emit(
                        (listener, socket, cause) -> listener.accept(socket, cause), this, failed.cause());
            }
            core.onDisconnection.emit((listener, socket, r) -> listener.accept(socket, r), this, reason);
        });
        core.removed(this);
    }

    @Override
    public String toString() {
        return "RpcSocket[" + Printable.of(id) + " in " + Printable.of(namespaceName) + "]";
    }
}
