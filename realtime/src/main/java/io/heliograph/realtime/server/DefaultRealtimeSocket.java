package io.heliograph.realtime.server;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.Outgoing;
import io.heliograph.realtime.session.PeerSession;
import io.heliograph.realtime.session.PendingRequest;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Server side of a connection: shared state of its parts, and the public API. Thread-safe; the state is confined to the event loop
 * of the link.
 */
final class DefaultRealtimeSocket extends PeerSession implements RealtimeSocket, LinkHandler, Subscriber {

    final DefaultRealtimeServer server;
    final ServerConfig config;
    final LoopContext context;
    final ConnectionEvents events;
    final AsyncSteps steps;
    final PendingWork pending;
    final InboundPipeline inbound;
    final ConnectionAuth auth;
    final ConnectionSubscriptions subscriptions;
    final ConnectionPublications publications;
    final ConnectionOutbound outbound;
    final ConnectionCloser closer;
    final @Nullable BackendConnection backend; // null without one

    final Link link;
    private final String id;
    private final HttpRequest request;

    private volatile SocketState state = SocketState.CONNECTING;
    private volatile @Nullable Object attachment;

    DefaultRealtimeSocket(DefaultRealtimeServer server, LoopContext context, Link link, HttpRequest request) {
        super(
                link.loop(),
                new SerialExecutor(server.config.endpoint().dispatch(), link.loop()),
                server.packets,
                server.settings);
        this.server = server;
        this.config = server.config;
        this.context = context;
        this.link = link;
        this.request = request;
        this.id = ConnectionIds.next();
        this.events = new ConnectionEvents(this);
        this.steps = new AsyncSteps(this);
        this.pending = new PendingWork(this, link);
        this.inbound = new InboundPipeline(this);
        this.auth = new ConnectionAuth(this);
        this.subscriptions = new ConnectionSubscriptions(this);
        this.publications = new ConnectionPublications(this);
        this.outbound = new ConnectionOutbound(this);
        this.closer = new ConnectionCloser(this, link);
        this.backend = BackendConnection.of(this);
    }

    /** Registers the connection and starts its timers. Event loop only. */
    void start() {
        context.opened();
        server.registry.add(this);
        if (events.isObserved(ServerEvent.Handshake.class)) {
            executor.execute(() -> server.events.deliver(new ServerEvent.Handshake(this), executor, this));
        }
        inbound.start();
    }

    // ---- link

    @Override
    public void frame(Link from, Frame frame) {
        if (state != SocketState.CLOSED) {
            context.counters.received(frame.length());
            inbound.frame(frame);
        }
    }

    @Override
    public void published(Publication publication) {
        if (state == SocketState.OPEN && !isOwn(publication)) {
            outbound.publication(publication);
        }
    }

    /** Whether this connection published, and does not receive its own publications. */
    boolean isOwn(Publication publication) {
        return backend != null && backend.isHidden(publication.publisher());
    }

    @Override
    public void written(Link from) {
        outbound.written();
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        closer.linkClosed(reason);
    }

    long queuedBytes() {
        return link.queuedBytes();
    }

    // ---- received packets; event loop only

    /** Passes an event of the application to its receivers, or to the backend. */
    void offerEvent(String event, Payload data) {
        if (backend != null && !hasListeners()) {
            backend.receive(event, data);
        } else {
            offerReceiver(event, data);
        }
    }

    void offerReceiver(String event, Payload data) {
        if (pending.enqueue(data.size())) {
            receive(event, data);
            pending.releaseAfterListeners(data.size());
        }
    }

    void offerProcedure(String procedure, String cid, Payload data) {
        PendingRequest<Payload> request = newRequest(procedure, cid, data);
        if (!pending.begin(request, data.size())) {
            return;
        }
        if (backend != null && !hasListeners()) {
            backend.call(request, data);
        } else {
            pending.enqueued(data.size());
            request(request);
        }
    }

    /** Whether listeners of this connection may exist, also those that a listener of new connections will add. */
    private boolean hasListeners() {
        return hasHandlers() || server.events.isObserved(ServerEvent.Connection.class);
    }

    @Override
    protected boolean receiveUnconsumed(String event, Payload data) {
        if (backend == null || event.startsWith("#")) {
            return false;
        }
        onLoop(() -> backend.receive(event, data));
        return true;
    }

    @Override
    protected boolean requestUnserved(PendingRequest<Payload> request) {
        if (backend == null) {
            return false;
        }
        onLoop(() -> backend.call(request, request.payload()));
        return true;
    }

    /**
     * Processes the received packets, and ignores further events and requests.
     *
     * @return completes when the requests are answered, or the link has closed; on any thread
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        closer.linkClosed().thenRun(() -> drained.complete(null));
        onLoop(() -> inbound.drainAndThen(() -> executor.execute(() -> onLoop(() -> drainRequests(drained)))));
        return drained;
    }

    private void drainRequests(CompletableFuture<Void> drained) {
        // Responses of other threads may be queued in the event loop.
        pending.drain().thenRun(() -> loop.executeOrRun(() -> drained.complete(null)));
    }

    /** Responds to a request of the protocol, and then passes it to procedures of its name. */
    void respond(String procedure, String cid, Payload data, @Nullable Object answer) {
        answer(cid, answer);
        offerAnswered(procedure, cid, data);
    }

    /** Responds to a request of the protocol before queued packets, without a batch. Event loop only. */
    void respondAhead(String cid, Object answer) {
        Frame response = encoded(cid, () -> packets.response(cid, answer));
        if (response != null) {
            sendPacket(response);
        }
    }

    /** Passes a completed request to procedures of its name. */
    void offerAnswered(String procedure, String cid, Payload data) {
        if (isServed(procedure)) {
            procedures().emit(procedure, PendingRequest.answered(cid, procedure, data, packets));
        }
    }

    /** Fails a request of the protocol; has no effect on an event. */
    void fail(@Nullable String cid, Throwable error) {
        if (cid != null && state != SocketState.CLOSED) {
            answerFailure(cid, error);
        }
    }

    // ---- sending

    @Override
    public boolean submit(Outgoing outgoing) {
        return outbound.submit(outgoing);
    }

    /** Sends a packet before the queued packets and later responses. Event loop only. */
    void sendAhead(Frame packet) {
        if (state != SocketState.CLOSED) {
            sendOrCollect(packet);
        }
    }

    @Override
    public void sendResponse(Frame response) {
        onLoop(() -> {
            if (state == SocketState.CLOSED) {
                server.counters.drop(DropReason.NOT_CONNECTED, 1);
                report(ConnectionOutbound.badConnection(
                        "WebSocket is not open: a response was aborted due to a bad connection", "disconnect"));
            } else {
                sendOrCollect(response);
            }
        });
    }

    @Override
    public boolean sendPacket(Frame message) {
        if (!link.send(message)) {
            return false; // the link reports the reason when it closes
        }
        context.counters.sent(message.length());
        return true;
    }

    @Override
    public boolean send(Frame message) {
        if (state == SocketState.CLOSED) {
            return false;
        }
        onLoop(() -> {
            if (state != SocketState.CLOSED) {
                sendPacket(message);
            }
        });
        return true;
    }

    @Override
    public void report(Throwable error) {
        events.report(error);
    }

    @Override
    public void userCodeFailed(String what, Throwable failure) {
        server.failures.userCode(what, id, failure);
        report(failure);
    }

    // ---- RealtimeSocket

    @Override
    public String id() {
        return id;
    }

    @Override
    public RealtimeServer server() {
        return server;
    }

    @Override
    public SocketState state() {
        return state;
    }

    void state(SocketState state) {
        this.state = state;
    }

    /** Records the accepted handshake. Event loop only. */
    void opened() {
        state = SocketState.OPEN;
        server.registry.opened(this);
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public AuthState authState() {
        return auth.state();
    }

    @Override
    public Optional<AuthToken> authToken() {
        return auth.token();
    }

    @Override
    public Optional<String> signedAuthToken() {
        return auth.signed();
    }

    @Override
    public CompletableFuture<Void> setAuthToken(Object claims, TokenOptions options) {
        return auth.set(claims, options);
    }

    @Override
    public void deauthenticate() {
        auth.deauthenticate();
    }

    @Override
    public CompletableFuture<Void> deauthenticateConfirmed() {
        return auth.deauthenticateConfirmed();
    }

    @Override
    public void deauthenticateSelf() {
        auth.deauthenticateSelf();
    }

    @Override
    public Set<String> subscriptions() {
        return subscriptions.names();
    }

    @Override
    public boolean isSubscribed(String channel) {
        return subscriptions.contains(channel);
    }

    @Override
    public CompletableFuture<Void> kickOut() {
        return kickOut(subscriptions.names(), PacketCodec.ABSENT);
    }

    @Override
    public CompletableFuture<Void> kickOut(String channel) {
        return kickOut(List.of(channel), PacketCodec.ABSENT);
    }

    @Override
    public CompletableFuture<Void> kickOut(Collection<String> channels, @Nullable Object message) {
        return subscriptions.kickOut(channels, message);
    }

    @Override
    public void disconnect(int code) {
        disconnect(code, "");
    }

    @Override
    public void disconnect(int code, String reason) {
        closer.disconnect(code, reason);
    }

    @Override
    public void terminate() {
        onLoop(closer::terminate);
    }

    @Override
    public long inboundBackpressure() {
        return inbound.pending();
    }

    @Override
    public long outboundBackpressure() {
        return outbound.pending();
    }

    @Override
    public long backpressure() {
        long pending = Math.max(inboundBackpressure(), outboundBackpressure());
        return Math.max(pending, Math.max(super.backpressure(), events.backpressure()));
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    @Override
    public <T extends SocketEvent> Subscription on(Class<T> kind, Consumer<? super T> listener) {
        return events.own().on(kind, listener);
    }

    @Override
    public <T extends SocketEvent> Subscription once(Class<T> kind, Consumer<? super T> listener) {
        return events.own().once(kind, listener);
    }

    @Override
    public <T extends SocketEvent> EventStream<T> stream(Class<T> kind) {
        return events.own().stream(kind);
    }

    @Override
    public Streams listeners() {
        return events.own().listeners();
    }

    @Override
    public String toString() {
        return "RealtimeSocket[" + id + "]";
    }
}
