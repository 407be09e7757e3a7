package io.heliograph.realtime;

import io.heliograph.http.HttpHeaders;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server on a real port, and raw peers that connect to it. */
final class ServerFixture implements AutoCloseable {

    static final String KEY = "testkey";

    final RealtimeServer server;
    final List<Throwable> warnings = new CopyOnWriteArrayList<>();
    private final Transports.Lease lease = Transports.acquire();
    private final List<RawPeer> peers = new ArrayList<>();

    private ServerFixture(RealtimeServer server) {
        this.server = server;
        server.onWarning(warnings::add);
    }

    /** Not listening yet. */
    static ServerFixture of(Consumer<RealtimeServer.Builder> options) {
        RealtimeServer.Builder builder =
                RealtimeServer.builder()
                        .host("127.0.0.1")
                        .port(0)
                        .authKey(KEY)
                        .linger(Duration.ofSeconds(1));
        options.accept(builder);
        return new ServerFixture(builder.build());
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
        return WebSocketTarget.of(
                URI.create("ws://127.0.0.1:" + server.port() + pathAndQuery), Optional.empty());
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

    /** Connected, with the handshake done. */
    RawPeer join() {
        return connect().handshake();
    }

    @Override
    public void close() {
        peers.forEach(peer -> peer.link().close(new io.heliograph.CloseReason.Local()));
        server.closeGracefully(Duration.ofSeconds(1))
                .orTimeout(RawPeer.DEADLINE, TimeUnit.SECONDS)
                .join();
        lease.release();
    }
}
