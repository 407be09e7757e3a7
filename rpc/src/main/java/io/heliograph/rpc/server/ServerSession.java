package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.rpc.DropReason;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.SameId;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One connection of a server: reads requests in order, and sends responses and events. */
final class ServerSession implements LinkHandler, RpcSocket {

    private final ServerCore core;
    private final Link link;
    private final String id;
    private final @Nullable HttpRequest request;
    private final RequestReader requests;
    private final SerialExecutor executor;
    private final Intake intake;
    private final Subscriptions subscriptions;

    private volatile Dialect eventDialect;
    private volatile boolean authenticated;
    private volatile @Nullable Object attachment;
    private volatile boolean closing;
    private volatile boolean closed;

    // Event loop only.
    private @Nullable Namespace namespace;
    private String namespaceName = "";
    private boolean dialectDetected;
    private final Deque<Frame> heldFrames = new ArrayDeque<>();

    ServerSession(ServerCore core, Link link, String id, @Nullable HttpRequest request) {
        this.core = core;
        this.link = link;
        this.id = id;
        this.request = request;
        this.eventDialect = core.dialects.of(core.options.codec);
        this.requests = new RequestReader(core, this);
        this.executor = new SerialExecutor(core.options.dispatch, link.loop());
        this.intake = new Intake(core.options, link, this);
        this.subscriptions = new Subscriptions(core.options.maxSubscriptions, this);
    }

    /**
     * Enters a namespace and notifies the connection listeners, which return before the first request is read.
     *
     * @return false if the namespace does not admit the socket
     */
    boolean enter(String name) {
        if (core.options.sameId != SameId.ALLOW && !admitId(name)) {
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
        if (!core.onConnection.isEmpty()) {
            intake.waitForListeners(true);
            core.executor().execute(() -> {
                core.onConnection.emit((listener, socket, unused) -> listener.accept(socket), this, null);
                onLoop(this::listenersDone);
            });
        }
        return true;
    }

    private boolean admitId(String name) {
        Namespace existing = core.namespaces.find(name);
        ServerSession earlier = existing == null ? null : existing.latest(id);
        if (earlier != null && core.options.sameId == SameId.CLOSE_EARLIER) {
            earlier.close(1000, "replaced");
            return true;
        }
        return earlier == null;
    }

    private void listenersDone() {
        while (!heldFrames.isEmpty() && isOpen()) {
            requests.message(heldFrames.remove());
        }
        heldFrames.clear();
        intake.waitForListeners(false);
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        if (!isOpen()) {
            return;
        }
        core.counters.received(frame.length());
        if (intake.isWaitingForListeners()) {
            heldFrames.add(frame);
            return;
        }
        requests.message(frame);
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

    void eventDialect(Dialect dialect) {
        eventDialect = dialect;
    }

    /** Returns the dialect of events for this socket. Thread-safe. */
    Dialect eventDialect() {
        return eventDialect;
    }

    /** Reads an element of a batch. */
    void request(Dialect dialect, Frame request, Batch batch) {
        requests.request(dialect, request, batch);
    }

    /** Counts a request against the rate limit. */
    void countRequest() {
        intake.countRequest();
    }

    /** Starts a call. */
    void start(MethodCall call) {
        intake.began();
        core.start(call, this);
    }

    /** Runs a call that completes immediately. */
    void runBuiltIn(MethodCall call) {
        intake.beganBuiltIn();
        call.run();
    }

    /** Records the end of a call. Thread-safe. */
    void callCompleted() {
        intake.ended();
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
        try {
            link.loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and the connection with it.
        }
    }

    // ---- events

    @Nullable
    Namespace enteredNamespace() {
        return namespace;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    // ---- sending

    /** Sends a frame. Thread-safe. */
    boolean send(Frame frame) {
        if (!closing && link.send(frame)) {
            core.counters.sent(frame.length());
            return true;
        }
        core.counters.drop(closing || closed ? DropReason.CLOSED : DropReason.QUEUE_FULL, 1);
        return false;
    }

    ServerOptions options() {
        return core.options;
    }

    void report(Throwable failure) {
        core.errors.report(failure);
    }

    void encodeFailed(Throwable failure) {
        core.counters.drop(DropReason.ENCODE_ERROR, 1);
        core.errors.report(failure);
    }

    void decodeFailed(CodecException failure) {
        core.counters.drop(DropReason.DECODE_ERROR, 1);
        core.log.debug("Message rejected: {} socket={} namespace={}", failure.getMessage(), id, namespaceName);
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
    }

    @Override
    public void deauthenticate() {
        authenticated = false;
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
                link.loop().schedule(timeout, () -> link.close(new CloseReason.Local()));
            }
        });
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
        heldFrames.clear();
        subscriptions.clear();
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
            core.onDisconnect.emit((listener, socket, r) -> listener.accept(socket, r), this, reason);
        });
        core.removed(this);
    }

    @Override
    public String toString() {
        return "RpcSocket[" + id + " in " + namespaceName + "]";
    }
}
