package io.heliograph.realtime.server;

import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.TestOptions;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualClock;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.web.WebServer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Server in memory on a manual clock and one event loop, with listeners on the loop. */
final class ManualFixture implements AutoCloseable {

    /** Start of the clock. */
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    final ManualClock clock = new ManualClock();
    final ManualEventLoop loop = clock.newLoop();
    final RealtimeServer server;
    final List<String> events = new CopyOnWriteArrayList<>();
    private final InMemoryTransport transport = InMemoryTransport.on(loop);
    private final List<RawPeer> peers = new ArrayList<>();

    private volatile InstantSource wallClock = () -> BEGIN.plusNanos(clock.nanoTime());

    private ManualFixture(Consumer<RealtimeServer.Builder> options, boolean shareWeb) {
        RealtimeServer.Builder builder = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(8000)
                .authKey(ServerFixture.KEY)
                .dispatch(Dispatch.direct())
                .transport(transport, loop);
        TestOptions.clock(builder, () -> wallClock.instant());
        options.accept(builder);
        if (shareWeb) {
            WebServer web = WebServer.builder()
                    .host("127.0.0.1")
                    .port(8000)
                    .transport(transport)
                    .build();
            var unused = web.listen();
            clock.runReady();
            builder.on(web);
        }
        server = builder.build();
        server.on(
                ServerEvent.Disconnection.class,
                event -> events.add("disconnection " + event.code() + " " + event.reason()));
        server.on(
                ServerEvent.ConnectionAbort.class,
                event -> events.add("connectionAbort " + event.code() + " " + event.reason()));
        server.onError(warning -> events.add(
                "warning " + (warning instanceof RealtimeException known ? known.errorName() : warning.toString())));
    }

    static ManualFixture listening(Consumer<RealtimeServer.Builder> options) {
        return listening(options, false);
    }

    /** Returns a server on its own or on a shared web server, which remains open. */
    static ManualFixture listening(Consumer<RealtimeServer.Builder> options, boolean shareWeb) {
        ManualFixture fixture = new ManualFixture(options, shareWeb);
        var listening = fixture.server.listen();
        fixture.clock.runReady();
        fixture.runUntilDone(listening);
        return fixture;
    }

    static ManualFixture listening() {
        return listening(options -> {});
    }

    RawPeer connect() {
        RawPeer peer = RawPeer.open(
                transport,
                loop,
                WebSocketTarget.of(URI.create("ws://127.0.0.1:8000/socketcluster/"), Optional.empty()),
                clock::runReady);
        peers.add(peer);
        clock.runReady();
        return peer;
    }

    RawPeer join() {
        return connect().handshake();
    }

    /** Sets the clock of tokens, which otherwise advances with the clock of the event loop. */
    void setWallClock(InstantSource wallClock) {
        this.wallClock = wallClock;
    }

    void advance(Duration time) {
        clock.advance(time);
    }

    void advanceMillis(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }

    /** Runs the event loop until a future completes whose last steps may come from other threads. */
    void runUntilDone(CompletableFuture<?> future) {
        await().until(() -> {
            clock.runReady();
            return future.isDone();
        });
    }

    @Override
    public void close() {
        peers.forEach(RawPeer::abandon);
        var closed = server.closeGracefully(Duration.ofMillis(1));
        clock.advance(Duration.ofSeconds(1));
        runUntilDone(closed);
    }
}
