package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.heliograph.DropReason;
import io.heliograph.Overflow;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.IpcServer;
import io.heliograph.ipc.SendQueueFullException;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Server with clients that exhaust connections, queues or listeners: memory stays within the limits, and other clients are
 * unaffected.
 */
class GreedyClientsTest extends WitnessedServer {

    @Test
    void connectionFloodStopsAtMaxConnections() throws Exception {
        List<UnixPeer> peers = new ArrayList<>();
        for (int i = 0; i < MAX_CLIENTS - 1; i++) {
            peers.add(scratch.closing(UnixPeer.connect(socket)));
            server.awaitClient();
        }
        for (int i = 0; i < 50; i++) {
            try (UnixPeer tooMany = UnixPeer.connect(socket)) {
                assertThat(tooMany.readToEnd()).isZero();
            }
        }
        assertThat(server.server.connections()).hasSize(MAX_CLIENTS);
        assertThat(server.server.stats().drops()).containsEntry(DropReason.TOO_MANY_CONNECTIONS, 50L);

        peers.get(0).close();
        server.await("disconnect");
        scratch.closing(UnixPeer.connect(socket));
        server.awaitClient();
    }

    @Test
    void shortLivedConnectionsLeaveNoState() throws Exception {
        AtomicInteger gone = new AtomicInteger();
        IpcServer unrecorded =
                scratch.closing(IpcServer.builder(scratch.path("u")).build());
        unrecorded.onDisconnection((client, reason) -> gone.incrementAndGet());
        assertThat(unrecorded.listen()).succeedsWithin(EventLog.DEADLINE);
        connectAndGo(100); // what is loaded and pooled once
        Awaitility.await().atMost(EventLog.DEADLINE).untilAtomic(gone, equalTo(100));

        // A leak shows in every round; a pool that grows by a chunk does so in one.
        long kept = Long.MAX_VALUE;
        for (int round = 1; round <= 3; round++) {
            long before = Memory.used();
            connectAndGo(1000);
            int all = 100 + 1000 * round;
            Awaitility.await().atMost(EventLog.DEADLINE).untilAtomic(gone, equalTo(all));
            assertThat(unrecorded.connections()).isEmpty();
            assertThat(unrecorded.stats().connections()).isZero();
            assertThat(unrecorded.stats().connectionsOpened()).isEqualTo(all);
            kept = Math.min(kept, Memory.used() - before);
        }
        assertThat(kept).as("bytes kept").isLessThan(Memory.MIB / 4);
    }

    private void connectAndGo(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (UnixPeer peer = UnixPeer.connect(scratch.path("u"))) {
                if (i % 2 == 0) {
                    peer.write("{\"topic\":");
                }
            }
        }
    }

    @Test
    @Checklist("IPC 33")
    void resetWithUnreadDataEndsOnlyItsConnection() throws Exception {
        for (int i = 0; i < 20; i++) {
            UnixPeer peer = scratch.closing(UnixPeer.connect(socket));
            IpcConnection client = server.awaitClient();
            for (int n = 0; n < 10; n++) {
                client.send("data", "x".repeat(50_000));
            }
            peer.read(1000);
            peer.close();
            assertThat(server.await("disconnect").from()).isEqualTo(client);
        }
        assertThat(server.server.stats().queuedBytes()).isLessThan(1000);
        assertThat(server.server.connections()).hasSize(1);
    }

    @Test
    void stalledReaderIsDisconnectedAtQueueLimit() throws Exception {
        UnixPeer stalled = scratch.closing(UnixPeer.connect(socket));
        IpcConnection client = server.awaitClient();
        long before = Memory.used();

        long highest = broadcast(64 * Memory.MIB, client);

        assertThat(highest).isBetween(1L, (long) MAX_QUEUE);
        assertThat(server.await("disconnect").from()).isEqualTo(client);
        // Every message that was rejected before the connection closed is reported.
        assertThat(server.all("error"))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.error())
                        .isInstanceOfSatisfying(SendQueueFullException.class, full -> {
                            assertThat(full.clientId()).contains(client.id());
                            assertThat(full.limit()).isEqualTo(MAX_QUEUE);
                            assertThat(full.sentTopic()).isEqualTo("data");
                        }));
        assertThat(client.queuedBytes()).isZero();
        assertThat(server.server.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(Memory.used() - before).isLessThan(IN_FLIGHT);
        stalled.readToEnd();
    }

    @Test
    void stalledReadersShareQueuedFrames() throws Exception {
        open("drop", Overflow.DROP_OLDEST);
        List<IpcConnection> stalled = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            scratch.closing(UnixPeer.connect(socket));
            stalled.add(server.awaitClient());
        }
        long before = Memory.used();

        broadcast(64 * Memory.MIB, stalled.get(0));

        for (IpcConnection client : stalled) {
            assertThat(client.queuedBytes()).isBetween(MAX_QUEUE / 2L, (long) MAX_QUEUE);
        }
        assertThat(server.server.stats().drops()).containsKey(DropReason.DROPPED_OLDEST);
        assertThat(server.server.connections()).containsAll(stalled);
        assertThat(Memory.used() - before).isLessThan(MAX_QUEUE + 2 * IN_FLIGHT);
    }

    @Test
    void refusePolicyKeepsStalledReaderConnected() throws Exception {
        open("refuse", Overflow.REFUSE);
        UnixPeer stalled = scratch.closing(UnixPeer.connect(socket));
        IpcConnection client = server.awaitClient();

        int accepted = 0;
        while (client.send("data", "x".repeat(10_000))) {
            accepted++;
        }

        assertThat(client.queuedBytes()).isLessThanOrEqualTo(MAX_QUEUE);
        assertThat(server.next("error").error()).isInstanceOf(SendQueueFullException.class);
        for (int i = 0; i < accepted; i++) {
            stalled.readFrame();
        }
        assertThat(client.send("after", 1)).isTrue();
        assertThat(stalled.readFrame()).contains("after");
    }

    /** Broadcasts as fast as the witness reads; returns the most that was queued for {@code stalled}. */
    private long broadcast(long bytes, IpcConnection stalled) {
        String data = "x".repeat(64 * 1024);
        long highest = 0;
        for (long sent = 0; sent < bytes; sent += data.length()) {
            server.server.broadcast("data", data);
            highest = Math.max(highest, stalled.queuedBytes());
            Awaitility.await()
                    .atMost(EventLog.DEADLINE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> witnessed.queuedBytes() < MAX_QUEUE / 2);
        }
        assertThat(witness.others()).isPositive();
        return highest;
    }

    @Test
    void fastSenderIsThrottledByListeners() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        RecordedServer slow = scratch.unstartedServer(
                scratch.path("slow"),
                builder -> builder.maxMessageBytes(MAX_MESSAGE).maxPendingMessages(16));
        slow.server.topic("flood").on((payload, client) -> awaitUninterruptibly(blocked));
        slow.listen();
        UnixPeer peer = scratch.closing(UnixPeer.connect(scratch.path("slow")));
        long before = Memory.used();

        byte[] message = UnixPeer.utf8("{\"topic\":\"flood\",\"message\":\"" + "x".repeat(10_000) + "\"}\0\0");
        UnixPeer.Flood flood = peer.flood(message, 2000);

        assertThat(Memory.used() - before).isLessThan(IN_FLIGHT);
        blocked.countDown();
        peer.write(flood.restBytes());
        for (int i = 0; i <= flood.whole(); i++) {
            assertThat(slow.awaitMessage("flood")).isNotNull();
        }
        assertThat(slow.all("error")).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
