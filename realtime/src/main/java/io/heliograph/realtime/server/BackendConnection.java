package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.PendingRequest;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Connection of a server with a backend. Event loop only, unless a method says otherwise. */
final class BackendConnection implements RealtimeBackend.Peer {

    final RealtimeBackend backend;
    private final DefaultRealtimeSocket socket;

    // Null before the handshake.
    private RealtimeBackend.@Nullable Session session;
    private PublishOptions publishing = PublishOptions.none();

    // The token that the session knows.
    private @Nullable AuthToken token;

    private BackendConnection(RealtimeBackend backend, DefaultRealtimeSocket socket) {
        this.backend = backend;
        this.socket = socket;
    }

    /** Returns null for a server without a backend. */
    static @Nullable BackendConnection of(DefaultRealtimeSocket socket) {
        RealtimeBackend backend = socket.server.backend;
        return backend == null ? null : new BackendConnection(backend, socket);
    }

    @Override
    public RealtimeSocket socket() {
        return socket;
    }

    @Override
    public EventLoop loop() {
        return socket.loop;
    }

    @Override
    public void reauthorize() {
        socket.subscriptions.reauthorize();
    }

    @Override
    public long unansweredRequests() {
        return socket.pending.unansweredRequests();
    }

    @Override
    public CompletableFuture<Void> answered() {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        socket.closer.linkClosed().thenRun(() -> answered.complete(null));
        socket.inbound.whenProcessed(
                () -> socket.pending.drain().thenRun(() -> socket.loop.executeOrRun(() -> answered.complete(null))));
        return answered;
    }

    @Override
    public void end(boolean withCode) {
        socket.closer.end(withCode ? CloseCodes.DISCONNECTED : 0);
    }

    @Override
    public LinkStats stats() {
        return socket.link.stats().withQueued(socket.outbound.queuedBytes());
    }

    @Override
    public @Nullable DropReason exceeded() {
        return socket.closer.exceeded();
    }

    @Override
    public boolean isClosedByClient() {
        return socket.closer.isClosedByClient();
    }

    // ---- life cycle

    void connect() {
        RealtimeBackend.Session opened = backend.connected(this);
        session = opened;
        publishing = PublishOptions.none().withPublisher(opened.id());
    }

    /** Reports a change of the token, if it is one. */
    @SuppressWarnings("ReferenceEquality") // a token that replaces an equal one may have another signature
    void tokenChanged(@Nullable AuthToken now) {
        RealtimeBackend.Session present = session;
        if (present != null && now != token && socket.state() != SocketState.CLOSED) {
            token = now;
            guarded("tokenChanged", () -> present.tokenChanged(now));
        }
    }

    void subscribed(String name) {
        guarded("subscribed", () -> session().subscribed(name));
    }

    void unsubscribed(String name) {
        guarded("unsubscribed", () -> session().unsubscribed(name));
    }

    void closed(int code, String reason) {
        RealtimeBackend.Session present = session;
        if (present != null) {
            guarded("closed", () -> present.closed(code, reason));
        }
    }

    private void guarded(String method, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException failure) {
            socket.userCodeFailed("backend=" + method, failure);
        }
    }

    private RealtimeBackend.Session session() {
        RealtimeBackend.Session present = session;
        if (present == null) {
            throw new InvalidActionException("The handshake has not been completed");
        }
        return present;
    }

    // ---- publications

    /** Whether a publication is of this connection, which does not receive its own. */
    boolean isHidden(@Nullable String publisher) {
        return publisher != null && !backend.echo() && publisher.equals(publishing.publisher());
    }

    // ---- decisions

    void authenticate(AuthToken presented, Runnable allowed, Consumer<Throwable> denied) {
        decide(() -> session().authenticate(presented), allowed, denied);
    }

    void admit(Runnable allowed, Consumer<Throwable> denied) {
        decide(() -> session().admit(), allowed, denied);
    }

    void subscribe(String name, Runnable allowed, Consumer<Throwable> denied) {
        decide(() -> session().subscribe(name), allowed, denied);
    }

    /** Decides again about a subscription, while packets are processed. */
    void resubscribe(String name, Consumer<Throwable> denied) {
        CompletionStage<Void> decision = asked(() -> session().subscribe(name));
        if (isIncompleteOrFailed(decision)) {
            socket.steps.onLoop(decision.toCompletableFuture(), allowed -> {}, denied);
        }
    }

    void publish(String name, Runnable allowed, Consumer<Throwable> denied) {
        decide(() -> session().publish(name), allowed, denied);
    }

    /**
     * Publishes the data that the backend permits.
     *
     * @param id idempotency key; null for none
     */
    CompletableFuture<Position> publish(String name, Payload data, @Nullable PublicationId id) {
        Object filtered;
        try {
            filtered = session().filter(name, data);
        } catch (RuntimeException rejection) {
            return CompletableFuture.failedFuture(rejection);
        }
        PublishOptions options = id == null ? publishing : publishing.withId(id);
        return socket.server.exchange().publish(backend.channel(name), filtered, options);
    }

    /** Continues when a decision allows an action, while later packets are held. */
    private void decide(Supplier<CompletionStage<Void>> question, Runnable allowed, Consumer<Throwable> denied) {
        CompletionStage<Void> decision = asked(question);
        if (!isIncompleteOrFailed(decision)) {
            allowed.run();
            return;
        }
        socket.steps.await(
                decision.toCompletableFuture(),
                none -> {
                    if (socket.state() != SocketState.CLOSED) {
                        allowed.run();
                    }
                },
                failure -> {
                    if (socket.state() != SocketState.CLOSED) {
                        denied.accept(failure);
                    }
                });
    }

    private CompletionStage<Void> asked(Supplier<CompletionStage<Void>> question) {
        try {
            return question.get();
        } catch (RuntimeException failure) {
            socket.userCodeFailed("backend=decision", failure);
            return CompletableFuture.failedFuture(failure);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a constant
    private static boolean isIncompleteOrFailed(CompletionStage<Void> decision) {
        if (decision == RealtimeBackend.ALLOWED) {
            return false;
        }
        CompletableFuture<Void> future = decision.toCompletableFuture();
        return !future.isDone() || future.isCompletedExceptionally();
    }

    // ---- calls

    void call(PendingRequest<Payload> request, Payload data) {
        RealtimeBackend.Reply reply = (value, error) -> {
            if (error == null) {
                request.endUnanswered(value);
            } else {
                request.failUnanswered(error);
            }
        };
        proceed(() -> session().call(request.procedure(), data, reply), request::failUnanswered);
    }

    void receive(String event, Payload data) {
        proceed(() -> session().call(event, data, null), failure -> {});
    }

    /** Holds later packets until a call lets them proceed. */
    private void proceed(Supplier<CompletionStage<Void>> call, Consumer<Throwable> failed) {
        CompletionStage<Void> proceeding = asked(call);
        if (isIncompleteOrFailed(proceeding)) {
            socket.steps.await(proceeding.toCompletableFuture(), none -> {}, failed);
        }
    }
}
