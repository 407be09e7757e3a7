package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.connection.Lane;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One connection of a server: reads requests, in order, and starts what they ask for. Its state is on its event loop. */
final class ServerSession implements LinkHandler, RpcSocket {

    // Why reading is stopped; several may hold at once.
    private static final int HELD_FOR_LISTENERS = 1;
    private static final int HELD_FOR_CALLS = 2;
    private static final int HELD_FOR_RATE = 4;

    private final ServerCore core;
    private final Link link;
    private final String id;
    private final @Nullable HttpRequest request;
    private final Requests requests;
    private final Lane lane;
    private final AtomicInteger running = new AtomicInteger();

    private volatile Dialect spoken;
    private volatile boolean authenticated;
    private volatile @Nullable Object attachment;
    private volatile boolean ending;
    private volatile boolean ended;
    private volatile boolean heldForCalls;

    // The loop's own.
    private @Nullable Namespace namespace;
    private String namespaceName = "";
    private boolean heard;
    private int held;
    private final Deque<Frame> early = new ArrayDeque<>();
    private final Set<Event> subscriptions = new HashSet<>();
    private long secondBegan;
    private int inSecond;

    ServerSession(ServerCore core, Link link, String id, @Nullable HttpRequest request) {
        this.core = core;
        this.link = link;
        this.id = id;
        this.request = request;
        this.spoken = core.dialects.of(core.options.codec);
        this.requests = new Requests(core, this);
        this.lane = new Lane(core.options.dispatch, link.loop());
        this.secondBegan = link.loop().nanoTime();
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
            hold(HELD_FOR_LISTENERS, true);
            core.lane()
                    .execute(() -> {
                        core.onConnection.emit(
                                (listener, socket, unused) -> listener.accept(socket), this, null);
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
        hold(HELD_FOR_LISTENERS, false);
    }

    // ---- receiving

    @Override
    public void frame(Link from, Frame frame) {
        if (!isOpen()) {
            return;
        }
        core.counters.received(frame.length());
        if ((held & HELD_FOR_LISTENERS) != 0) {
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
        int limit = core.options.maxRequestsPerSecond;
        if (limit == 0) {
            return;
        }
        long now = link.loop().nanoTime();
        if (now - secondBegan >= 1_000_000_000L) {
            secondBegan = now;
            inSecond = 0;
        }
        if (++inSecond == limit) {
            hold(HELD_FOR_RATE, true);
            link.loop()
                    .schedule(
                            Duration.ofNanos(secondBegan + 1_000_000_000L - now),
                            () -> {
                                secondBegan = link.loop().nanoTime();
                                inSecond = 0;
                                hold(HELD_FOR_RATE, false);
                            });
        }
    }

    /** Starts a call. */
    void start(Call call) {
        if (running.incrementAndGet() >= core.options.maxPendingRequests && !heldForCalls) {
            heldForCalls = true;
            hold(HELD_FOR_CALLS, true);
            release(); // calls may have ended meanwhile
        }
        core.start(call, this);
    }

    /** Runs what answers at once. */
    void startBuiltIn(Call call) {
        running.incrementAndGet();
        call.run();
    }

    /** A call has ended; any thread. */
    void finished() {
        if (running.decrementAndGet() <= core.options.maxPendingRequests / 2 && heldForCalls) {
            onLoop(this::release);
        }
    }

    private void release() {
        if (heldForCalls && running.get() <= core.options.maxPendingRequests / 2) {
            heldForCalls = false;
            hold(HELD_FOR_CALLS, false);
        }
    }

    private void hold(int why, boolean wanted) {
        int before = held;
        held = wanted ? held | why : held & ~why;
        if ((before == 0) != (held == 0)) {
            link.reading(held == 0);
        }
    }

    Lane lane() {
        return lane;
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

    @Nullable Namespace place() {
        return namespace;
    }

    /** Subscribes; all or nothing. Answers the status of each name, or null if one of them is closed to this socket. */
    @Nullable Map<String, String> subscribe(List<?> names) {
        Namespace place = namespace;
        for (Object name : names) {
            Event event = place == null ? null : place.declaredEvent(name);
            if (event != null && event.isProtected() && !authenticated) {
                return null;
            }
        }
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            Event event = place == null ? null : place.declaredEvent(name);
            statuses.put(Requests.text(name), event == null ? Requests.NO_EVENT : subscribe(event));
        }
        return statuses;
    }

    private String subscribe(Event event) {
        if (subscriptions.contains(event)) {
            return "socket has already been subscribed to event";
        }
        if (subscriptions.size() >= core.options.maxSubscriptions) {
            return "too many subscriptions";
        }
        subscriptions.add(event);
        event.subscribers.add(this);
        return "ok";
    }

    Map<String, String> unsubscribe(List<?> names) {
        Namespace place = namespace;
        Map<String, String> statuses = new LinkedHashMap<>();
        for (Object name : names) {
            Event event = place == null ? null : place.declaredEvent(name);
            String status = Requests.NO_EVENT;
            if (event != null) {
                status = subscriptions.remove(event) ? "ok" : "not subscribed";
                event.subscribers.remove(this);
            }
            statuses.put(Requests.text(name), status);
        }
        return statuses;
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

    Frame error(
            Dialect dialect,
            boolean version,
            ErrorCode error,
            @Nullable Object data,
            @Nullable Frame requestId) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", error.code);
        members.put("message", error.message);
        if (data != null) {
            members.put("data", data);
        }
        return dialect.response(
                version, "error", members, requestId == null ? null : dialect.echo(requestId));
    }

    /** What a client is told of what a handler threw. */
    @Nullable Object describe(Throwable failure) {
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
        boolean plain =
                type == Exception.class || type == RuntimeException.class || type == Error.class;
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
        subscriptions.forEach(event -> event.subscribers.remove(this));
        subscriptions.clear();
        Namespace place = namespace;
        if (place == null) {
            return;
        }
        core.namespaces.leave(place, this);
        core.counters.closed();
        if (reason instanceof CloseReason.Failed failed
                && failed.cause() instanceof QueueFullException) {
            core.counters.drop(DropReason.QUEUE_FULL, 1);
        }
        core.lane()
                .execute(() -> {
                    if (reason instanceof CloseReason.Failed failed) {
                        core.onSocketError.emit(
                                (listener, socket, cause) -> listener.accept(socket, cause),
                                this,
                                failed.cause());
                    }
                    core.onDisconnect.emit(
                            (listener, socket, r) -> listener.accept(socket, r), this, reason);
                });
        core.ended(this);
    }

    @Override
    public String toString() {
        return "RpcSocket[" + id + " in " + namespaceName + "]";
    }
}
