package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A server without a protocol: every accepted connection is a {@link RawPeer}. Answers HTTP requests with 404. */
public final class RawServer implements Transport.AcceptHandler, HttpAcceptHandler, AutoCloseable {

    private final UnaryOperator<RawPeer> customizer;
    private final EventLog<RawPeer> peers = new EventLog<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean refusing;
    private @Nullable CompletableFuture<Acceptor> acceptor;

    public RawServer() {
        this(peer -> peer);
    }

    /**
     * @param customizer prepares each accepted peer
     */
    public RawServer(UnaryOperator<RawPeer> customizer) {
        this.customizer = customizer;
    }

    /** Listens for WebSockets on a free port of the loopback address. */
    public static RawServer webSocket(Transport transport) {
        RawServer server = new RawServer();
        server.acceptor = transport.listen(new Address.Tcp("127.0.0.1", 0), null, HttpOptions.defaults(), server);
        Await.value(server.acceptor);
        return server;
    }

    /** Listens for streams. A test that passes an event loop must run the loop afterwards. */
    public RawServer listen(Transport transport, @Nullable EventLoop loop, Address address, LinkOptions options) {
        acceptor = transport.listen(address, loop, options, this);
        return this;
    }

    public Address address() {
        return Await.value(Objects.requireNonNull(acceptor)).address();
    }

    /** The WebSocket address. */
    public URI url() {
        return URI.create("ws://127.0.0.1:" + ((Address.Tcp) address()).port() + "/");
    }

    /** Refuses WebSockets with 503 from now on, or accepts them again. */
    public void refusing(boolean refusing) {
        this.refusing = refusing;
    }

    /** The number of WebSocket handshakes, refused ones included. */
    public int attempts() {
        return attempts.get();
    }

    /** Waits for the next connection. */
    public RawPeer next() {
        return peers.next();
    }

    /** All connections so far. */
    public List<RawPeer> peers() {
        return peers.all();
    }

    /** The latest connection. */
    public RawPeer last() {
        return peers().getLast();
    }

    @Override
    public void bound() {}

    @Override
    public LinkHandler accepted(Link link) {
        RawPeer peer = customizer.apply(new RawPeer());
        peer.on(link);
        peers.add(peer);
        return peer;
    }

    @Override
    public void request(Exchange exchange) {
        exchange.answer(HttpResponse.text(404, ""));
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        attempts.incrementAndGet();
        if (refusing) {
            upgrade.refuse(HttpResponse.text(503, "refused by the test"));
        } else {
            upgrade.accept(WebSocketOptions.defaults(), null, this::accepted);
        }
    }

    @Override
    public void failed(HeliographException cause) {
        throw cause;
    }

    /** Stops listening; open connections stay open. */
    @Override
    public void close() {
        if (acceptor != null) {
            acceptor.thenAccept(Acceptor::close);
        }
    }
}
