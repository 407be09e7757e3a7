package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.UnfinishedMessages;
import io.heliograph.transport.netty.Sockets.Listening;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limit of the unfinished frames of all links of a listener. */
class UnfinishedFramesTest {

    private static final int MAX = 100_000;
    private static final int PART = 60_000;
    private static final int PEERS = 20;

    private final AtomicInteger refused = new AtomicInteger();
    private final UnfinishedMessages all = new UnfinishedMessages(1, MAX, peer -> refused.incrementAndGet());
    private final Sockets sockets = new Sockets(Engine.choose(null));
    private final List<SocketChannel> peers = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        sockets.close();
    }

    private Listening listen(Framing framing) {
        LinkOptions options = LinkOptions.of(framing).withMaxFrameBytes(MAX).withUnfinished(all);
        return sockets.listen(new Address.Tcp("127.0.0.1", 0), options, RecordingHandler::new);
    }

    private static Framing framing(String name) {
        return name.equals("delimiter") ? Framing.delimiter('\n') : Framing.fourByteLength();
    }

    /** Connects a peer that sends a part of a frame. */
    private RecordingHandler unfinished(Listening server, String framing) throws IOException {
        SocketChannel peer = plain(server.address());
        peers.add(peer);
        RecordingHandler link = server.next();
        int head = framing.equals("delimiter") ? 0 : Integer.BYTES;
        ByteBuffer part = ByteBuffer.allocate(head + PART);
        if (head > 0) {
            part.putInt(0, MAX);
        }
        write(peer, part);
        return link;
    }

    private static void write(SocketChannel peer, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            peer.write(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delimiter", "length"})
    void linksBeyondTheSumAreClosed(String framing) throws IOException {
        Listening server = listen(framing(framing));
        List<RecordingHandler> links = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            links.add(unfinished(server, framing));
        }
        int kept = (int) (all.maxBytes() / PART);
        Awaitility.await().until(() -> refused.get() >= PEERS - kept);
        assertThat(all.usedBytes()).isBetween(1L, all.maxBytes());

        CloseReason reason = links.getLast().awaitClosed();
        assertThat(((CloseReason.Failed) reason).cause())
                .isInstanceOfSatisfying(
                        TransportException.class,
                        cause -> assertThat(cause.code()).isEqualTo("ENOBUFS"))
                .hasMessageContaining("maxUnfinishedBytes");

        // A frame that arrives in one read is delivered meanwhile.
        SocketChannel honest = plain(server.address());
        peers.add(honest);
        RecordingHandler served = server.next();
        write(honest, ByteBuffer.wrap(framing.equals("delimiter") ? new byte[] {7, '\n'} : new byte[] {0, 0, 0, 1, 7}));
        Awaitility.await().until(() -> !served.frames().isEmpty());

        for (SocketChannel peer : peers) {
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();
        }
        Awaitility.await().until(() -> all.usedBytes() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delimiter", "length"})
    void longestFrameInManyReadsIsDelivered(String framing) throws IOException {
        Listening server = listen(framing(framing));
        RecordingHandler link = unfinished(server, framing);
        Awaitility.await().until(() -> all.usedBytes() >= PART);
        ByteBuffer rest = ByteBuffer.allocate(MAX - PART + (framing.equals("delimiter") ? 1 : 0));
        if (framing.equals("delimiter")) {
            rest.put(rest.limit() - 1, (byte) '\n');
        }
        write(peers.getFirst(), rest);
        Awaitility.await().until(() -> !link.frames().isEmpty());
        assertThat(link.frames()).first().extracting(Frame::length).isEqualTo(MAX);
        Awaitility.await().until(() -> all.usedBytes() == 0);
        assertThat(refused).hasValue(0);
    }

    @Test
    void localCloseReleasesBytes() throws IOException {
        RecordingHandler link = unfinished(listen(Framing.fourByteLength()), "length");
        Awaitility.await().until(() -> all.usedBytes() >= PART);
        link.link().close(new CloseReason.Local());
        Awaitility.await().until(() -> all.usedBytes() == 0);
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> new UnfinishedMessages(0, MAX, peer -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxUnfinishedBytes: 0 (expected: > 0)");
    }
}
