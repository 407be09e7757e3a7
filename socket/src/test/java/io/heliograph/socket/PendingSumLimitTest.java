package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Limit of the items of all connections that are pending for listeners. */
class PendingSumLimitTest {

    private static final int PEERS = 200;
    private static final int ITEMS = 50;
    private static final int READ = 1000;
    private static final int MAX = 100_000;

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final ManualEventLoop peerLoop = loop.clock().newLoop();
    private final InMemoryTransport transport = InMemoryTransport.on(loop, peerLoop);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Link> peers = new ArrayList<>();

    /** Peer that records its link. */
    private final class Peer implements LinkHandler, Transport.ConnectHandler {

        @Override
        public LinkHandler connected(Link link) {
            peers.add(link);
            return this;
        }

        @Override
        public void failed(HeliographException cause) {
            throw new AssertionError(cause);
        }

        @Override
        public void frame(Link link, Frame frame) {}

        @Override
        public void closed(Link link, CloseReason reason) {}
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            loop.runReady();
        }
    }

    @Test
    void connectionsTogetherStayWithinTheSumAndReadingResumes() {
        transport.pipeBytes(READ);
        List<Object> received = new ArrayList<>();
        SocketServer server = SocketServer.builder("localhost", 4000)
                .transport(transport, loop)
                .dispatch(Dispatch.on(tasks::add))
                .receive(DataType.STRING)
                .framed()
                .maxPendingBytes(MAX)
                .maxPendingMessages(1_000_000)
                .build();
        server.onConnection(socket -> socket.onData(received::add));
        server.listen();
        loop.runReady();
        for (int i = 0; i < PEERS; i++) {
            transport.connect(
                    new Address.Tcp("localhost", server.port()), peerLoop, LinkOptions.of(Framing.none()), new Peer());
            loop.runReady();
        }
        runTasks();
        byte[] item = new byte[501];
        item[0] = (byte) 0xff;
        item[3] = 1;
        item[4] = (byte) (496 - 256); // ff 00 00 01 f0: 496 bytes
        for (int i = 0; i < ITEMS; i++) {
            peers.forEach(peer -> peer.send(Frame.of(item)));
            loop.runReady();
        }
        // Each connection exceeds the limit by one read at most.
        assertThat(server.stats().bytesReceived()).isBetween((long) MAX, MAX + (long) PEERS * READ);
        runTasks();
        assertThat(received).hasSize(PEERS * ITEMS);
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> SocketServer.builder(0).maxPendingBytes(0))
                .hasMessage("maxPendingBytes: 0 (expected: > 0)");
    }
}
