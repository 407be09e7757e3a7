package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One connection of a server: reads requests, in order, and starts what they ask for. Its state is on its event loop. */
final class ServerSession implements LinkHandler, RpcSocket {

    private final ServerCore core;
    private final Link link;
    private final String id;
    private final @Nullable HttpRequest request;
    private final Requests requests;
    private final SerialExecutor executor;
    private final Intake intake;
    private final Subscriptions subscriptions;

    private volatile Dialect spoken;
    private volatile boolean authenticated;
    private volatile @Nullable Object attachment;
    private volatile boolean ending;
    private volatile boolean ended;

    // The loop's own.
    private @Nullable Namespace namespace;
    private String namespaceName = "";
    private boolean heard;
    private final Deque<Frame> early = new ArrayDeque<>();

    ServerSession(ServerCore core, Link link, String id, @Nullable HttpRequest request) {
        this.core = core;
        this.link = link;
        this.id = id;
        this.request = request;
        this.spoken = core.dialects.of(core.options.codec);
        this.requests = new Requests(core, this);
        this.executor = new SerialExecutor(core.options.dispatch, link.loop());
        this.intake = new Intake(core.options, link, this);
        this.subscriptions = new Subscriptions(core.options, this);
    }

    /**
     * Takes its place in a namespace, and tells the listeners, who are heard before the first request is.
     *
     * @return whether there was a place
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
                onLoop(this::listened);
            });
        }
        return true;
    }

    private boolean admitId(String name) {
        Namespace there = core.namespaces.find(name);
        ServerSession same = there == null ? null : there.latest(id);
        if (same != null && core.options.sameId == SameId.CLOSE_EARLIER) {
            same.close(1000, "replaced");
            return true;
        }
        return same == null;
    }

    private void listened() {
        while (!early.isEmpty() && isOpen()) {
            requests.message(early.remove());
        }
        early.clear();
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
            early.add(frame);
            return;
        }
        requests.message(frame);
    }

    /** A message could be read: from now on unasked ones are sent in its dialect. */
    void hears(Dialect dialect) {
        if (!heard) {
            heard = true;
            spoken = dialect;
        }
    }

    void speaks(Dialect dialect) {
        spoken = dialect;
    }

    Dialect spoken() {
        return spoken;
    }

    boolean hasHeard() {
        return heard;
    }

    /** One element of a batch. */
    void element(Dialect dialect, Frame element, Batch batch) {
        requests.element(dialect, element, batch);
    }

    /** Counts a request against the limit of a second. */
    void countRequest() {
        intake.countRequest();
    }

    /** Starts a call. */
    void start(Call call) {
        intake.began();
        core.start(call, this);
    }

    /** Runs what answers at once. */
    void startBuiltIn(Call call) {
        intake.beganBuiltIn();
        call.run();
    }

    /** A call has ended; any thread. */
    void finished() {
        intake.ended();
    }

    SerialExecutor executor() {
        return executor;
    }

    /** Runs a task on the loop; at once if this is the loop. */
    void onLoop(Runnable task) {
        if (link.loop().inLoop()) {
            task.run();
            return;
        }
        try {
            link.loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The transport has ended, and the connection with it.
        }
    }

    // ---- events

    @Nullable
    Namespace place() {
        return namespace;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    // ---- answering

    /** Sends an answer, or hands it to the batch that it belongs to; any thread. */
    void answer(@Nullable Batch batch, @Nullable Frame answer) {
        if (batch != null) {
            batch.answered(answer);
        } else if (answer != null) {
            send(answer);
        }
    }

    /** Any thread. */
    boolean send(Frame frame) {
        if (!ending && link.send(frame)) {
            core.counters.sent(frame.length());
            return true;
        }
        core.counters.drop(ending || ended ? DropReason.CLOSED : DropReason.QUEUE_FULL, 1);
        return false;
    }

    Frame error(Dialect dialect, boolean version, ErrorCode error, @Nullable Object data, @Nullable Frame requestId) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", error.code);
        members.put("message", error.message);
        if (data != null) {
            members.put("data", data);
        }
        return dialect.response(version, "error", members, requestId == null ? null : dialect.echo(requestId));
    }

    /** What a client is told of what a handler threw. */
    @Nullable
    Object describe(Throwable failure) {
        if (failure instanceof RpcException chosen) {
            return chosen.error();
        }
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("code", ErrorCode.SERVER_ERROR);
        members.put("message", core.options.exposeErrors ? name(failure) : "Error");
        if (core.options.exposeErrors) {
            members.put("data", failure.getMessage() == null ? "" : failure.getMessage());
        }
        return members;
    }

    private static String name(Throwable failure) {
        Class<?> type = failure.getClass();
        boolean plain = type == Exception.class || type == RuntimeException.class || type == Error.class;
        return plain || type.getSimpleName().isEmpty() ? "Error" : type.getSimpleName();
    }

    boolean isStrict() {
        return core.options.strictNotifications;
    }

    void report(Throwable failure) {
        core.errors.report(failure);
    }

    void unencodable(Throwable failure) {
        core.counters.drop(DropReason.ENCODE_ERROR, 1);
        core.errors.report(failure);
    }

    void undecodable(CodecException failure) {
        core.counters.drop(DropReason.DECODE_ERROR, 1);
        core.log.debug("socket {} of {}: {}", id, namespaceName, failure.getMessage());
    }

    // ---- the socket as users see it

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
        authenticated = !ended;
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
        return !ending && !ended;
    }

    @Override
    public long queuedBytes() {
        return link.queuedBytes();
    }

    // ---- the end

    @Override
    public void close(int code, String reason) {
        link.end(code, reason);
        ending = true;
    }

    /** Closes in order, and cuts the connection off after {@code timeout}. */
    void close(int code, String reason, Duration timeout) {
        close(code, reason);
        onLoop(() -> {
            if (!ended) {
                link.loop().schedule(timeout, () -> link.close(new CloseReason.Local()));
            }
        });
    }

    @Override
    public void inputEnded(Link from) {
        ending = true;
        link.end();
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        ending = true;
        ended = true;
        authenticated = false;
        early.clear();
        subscriptions.clear();
        Namespace place = namespace;
        if (place == null) {
            return;
        }
        core.namespaces.leave(place, this);
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
        core.ended(this);
    }

    @Override
    public String toString() {
        return "RpcSocket[" + id + " in " + namespaceName + "]";
    }
}
