package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.StubLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Idle time-out of a connection, over an in-memory transport with a manual clock. */
@SuppressWarnings("NullAway.Init") // assigned before each test
class IdleTimeoutTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.on(loop);
    private final List<CloseReason> reasons = new ArrayList<>();
    private SocketClient client;

    @BeforeEach
    void connect() {
        SocketServer server = SocketServer.builder("peer.example", 4000)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop)
                .build();
        server.listen();
        loop.runReady();
        client = SocketClient.builder("peer.example", 4000)
                .idleTimeout(TIMEOUT)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop)
                .build();
        client.onDisconnect(reasons::add);
        client.connect();
        loop.runReady();
    }

    @Test
    void timeInWhichTheLoopStoodStillDoesNotCount() {
        loop.advance(TIMEOUT.minusSeconds(4));
        loop.clock().stall(Duration.ofMinutes(1));
        loop.runReady();
        assertThat(reasons).isEmpty();
        loop.advance(TIMEOUT);
        assertThat(reasons).hasSize(1);
    }

    @Test
    void stallIsSubtractedOnce() {
        loop.clock().stall(Duration.ofMinutes(1));
        loop.advance(TIMEOUT.plusSeconds(3));
        assertThat(reasons).hasSize(1);
    }

    /** The peer takes 1000 bytes every 9 s; nothing arrives and nothing is sent meanwhile. */
    @Test
    void connectionWhosePeerTakesQueuedBytesSlowlyIsNotIdle() {
        StubLink link = new StubLink(loop);
        DefaultSocketServer server = (DefaultSocketServer) SocketServer.builder(0)
                .idleTimeout(TIMEOUT)
                .dispatch(Dispatch.on(Runnable::run))
                .build();
        SocketConnection connection =
                new SocketConnection(server, link, new SocketEvents(server, server.errors), reason -> {});
        link.notifying(connection);
        link.queue(10_000);
        for (int queued = 9000; queued > 0; queued -= 1000) {
            loop.advance(TIMEOUT.minusSeconds(1));
            link.queue(queued);
        }
        assertThat(link.reason()).isNull();
        loop.advance(TIMEOUT.multipliedBy(3));
        assertThat(link.reason()).isInstanceOf(CloseReason.Failed.class);
    }

    @Test
    void closedConnectionLeavesNoTimer() {
        assertThat(loop.timers()).isPositive();
        client.close();
        loop.runReady();
        assertThat(reasons).hasSize(1);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void timeInWhichReadingIsPausedDoesNotCount() {
        List<Runnable> tasks = new ArrayList<>();
        SocketServer busy = SocketServer.builder("busy.example", 4000)
                .dispatch(Dispatch.on(tasks::add))
                .transport(transport, loop)
                .receive(DataType.BYTE)
                .framed()
                .maxPendingMessages(2)
                .idleTimeout(TIMEOUT)
                .build();
        busy.listen();
        loop.runReady();
        SocketClient sender = SocketClient.builder("busy.example", 4000)
                .dispatch(Dispatch.on(Runnable::run))
                .transport(transport, loop)
                .send(DataType.BYTE)
                .framed()
                .build();
        sender.connect();
        loop.runReady();
        for (int i = 0; i < 4; i++) {
            sender.send(i);
        }
        loop.runReady();
        loop.advance(TIMEOUT.multipliedBy(3));
        assertThat(busy.stats().connections()).isEqualTo(1);
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
            loop.runReady();
        }
        loop.advance(TIMEOUT.multipliedBy(2));
        assertThat(busy.stats().connections()).isZero();
    }
}
