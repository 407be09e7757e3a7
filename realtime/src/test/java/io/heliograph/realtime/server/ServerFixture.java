package io.heliograph.realtime.server;

import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.realtime.token.JwtEngine;
import io.heliograph.realtime.token.JwtOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Server on a real port with raw peers. */
final class ServerFixture implements AutoCloseable {

    static final String KEY = "testkey";

    final RealtimeServer server;
    final List<Throwable> warnings = new CopyOnWriteArrayList<>();
    private final Transports.Lease lease = Transports.acquire();
    private final List<RawPeer> peers = new ArrayList<>();
    private @Nullable RawPeer witness;

    private ServerFixture(RealtimeServer server) {
        this.server = server;
        server.onError(warnings::add);
    }

    /** Not listening yet. */
    static ServerFixture of(Consumer<RealtimeServer.Builder> options) {
        return new ServerFixture(builder(options).build());
    }

    private static RealtimeServer.Builder builder(Consumer<RealtimeServer.Builder> options) {
        RealtimeServer.Builder builder =
                RealtimeServer.builder().host("127.0.0.1").port(0).authKey(KEY).linger(Duration.ofSeconds(1));
        options.accept(builder);
        return builder;
    }

    static ServerFixture listening(RealtimeBackend backend, Consumer<RealtimeServer.Builder> options) {
        return new ServerFixture(RealtimeBackend.build(builder(options), backend)).listen();
    }

    static ServerFixture listening(RealtimeBackend backend) {
        return listening(backend, options -> {});
    }

    static ServerFixture listening(Consumer<RealtimeServer.Builder> options) {
        return of(options).listen();
    }

    static ServerFixture listening() {
        return listening(options -> {});
    }

    ServerFixture listen() {
        server.listen().orTimeout(RawPeer.DEADLINE, TimeUnit.SECONDS).join();
        return this;
    }

    WebSocketTarget target(String pathAndQuery) {
        return WebSocketTarget.of(URI.create("ws://127.0.0.1:" + server.port() + pathAndQuery), Optional.empty());
    }

    RawPeer connect(WebSocketTarget target) {
        Transport transport = lease.transport();
        RawPeer peer = RawPeer.open(transport, transport.nextLoop(), target, () -> {});
        peers.add(peer);
        return peer;
    }

    RawPeer connect() {
        return connect(target(server.path()));
    }

    RawPeer connect(Map<String, String> headers) {
        return connect(target(server.path()).withHeaders(HttpHeaders.of(headers)));
    }

    /** The next socket whose handshake is accepted; to be asked for before it connects. */
    CompletableFuture<RealtimeSocket> nextSocket() {
        CompletableFuture<RealtimeSocket> next = new CompletableFuture<>();
        server.once(ServerEvent.Connection.class, event -> next.complete(event.socket()));
        return next;
    }

    /** Connects a peer with a completed handshake, and returns it with the server's socket. */
    Joined joined() {
        BlockingQueue<RealtimeSocket> sockets = new LinkedBlockingQueue<>();
        try (Subscription subscription =
                server.on(ServerEvent.Connection.class, event -> sockets.add(event.socket()))) {
            RawPeer peer = join();
            RealtimeSocket socket = next(sockets);
            while (!socket.id().equals(peer.id())) {
                socket = next(sockets); // of an earlier peer
            }
            return new Joined(peer, socket);
        }
    }

    private static RealtimeSocket next(BlockingQueue<RealtimeSocket> sockets) {
        try {
            RealtimeSocket socket = sockets.poll(RawPeer.DEADLINE, TimeUnit.SECONDS);
            return Objects.requireNonNull(socket, "no connection event");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    record Joined(RawPeer peer, RealtimeSocket socket) {}

    /** A token signed with the server's key. */
    static String token(Map<String, Object> claims) {
        return token(KEY, claims);
    }

    static String token(String key, Map<String, Object> claims) {
        return new JwtEngine(JwtOptions.defaults().withAuthKey(key), InstantSource.system())
                .signToken(new LinkedHashMap<>(claims), TokenOptions.defaults())
                .join();
    }

    /** The names of the warnings so far. */
    List<String> warningNames() {
        return warnings.stream()
                .map(warning -> warning instanceof HeliographException known
                        ? known.errorName()
                        : warning.getClass().getSimpleName())
                .toList();
    }

    /** Connected, with the handshake done. */
    RawPeer join() {
        return connect().handshake();
    }

    /** Has a client connect that does nothing wrong, and must be served to the end whatever others do. */
    ServerFixture witnessed() {
        witness = join();
        return this;
    }

    @Override
    public void close() {
        try {
            if (witness != null) {
                witness.expectSilence();
            }
        } finally {
            end();
        }
    }

    private void end() {
        peers.forEach(RawPeer::abandon);
        server.closeGracefully(Duration.ofSeconds(1))
                .orTimeout(RawPeer.DEADLINE, TimeUnit.SECONDS)
                .join();
        lease.release();
    }
}
