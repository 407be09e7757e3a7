package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.websocket.MessageDeflate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that read slowly, stall after some progress, or disappear while they hold resources. */
class SlowPeerTest {

    private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();
    private static final Frame MEBIBYTE = Frame.of(new byte[1 << 20]);

    private final Sockets sockets = new Sockets(Engine.choose(null));

    @AfterEach
    void close() {
        sockets.close();
    }

    private HttpPort listen(WebSocketOptions options, Supplier<RecordingHandler> handlers) {
        return HttpPort.listen(sockets.transport, HttpPort.ANY, HttpOptions.defaults(), options, handlers);
    }

    private HttpPort listen(WebSocketOptions options) {
        return listen(options, RecordingHandler::new);
    }

    private static void assertFailed(CloseReason reason, Class<?> cause) {
        assertThat(reason)
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(cause));
    }

    /** Fills the queue of a link until the system accepts no more bytes. */
    private static void fill(Link link) {
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
            long before = link.queuedBytes();
            while (link.queuedBytes() < 8 << 20) {
                assertThat(link.send(MEBIBYTE)).isTrue();
            }
            return before >= 8 << 20;
        });
    }

    @Test
    void peerThatStallsAfterProgressIsDisconnectedAtTheCloseTimeout() throws IOException {
        HttpPort server = listen(DEFAULTS.withCloseTimeout(Duration.ofMillis(200)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            fill(called.link());
            called.link().end(4000, "");
            long before = called.link().queuedBytes();
            while (called.link().queuedBytes() > before - (2 << 20)) {
                peer.next(); // some progress, which prolongs the time
            }
            assertFailed(called.awaitClosed(), DeadlineExceededException.class);
        }
    }

    @Test
    void readerOfSingleBytesUsesItsLimitAndIsClosed() throws Exception {
        HttpPort server = listen(DEFAULTS.withQueue(1 << 20, Overflow.CLOSE));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            Frame small = Frame.of(new byte[100_000]);
            long sent = 0;
            while (called.link().send(small)) {
                assertThat(peer.socket.getInputStream().read()).isNotNegative();
                assertThat(called.link().queuedBytes()).isLessThan(2 << 20);
                sent += small.length();
                assertThat(sent).isLessThan(1L << 30);
            }
            assertFailed(called.awaitClosed(), QueueFullException.class);
        }
    }

    @Test
    void readerOfSingleBytesIsDisconnectedAtTheCloseTimeout() throws Exception {
        HttpPort server = listen(DEFAULTS.withCloseTimeout(Duration.ofMillis(300)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            fill(called.link());
            called.link().end();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    while (peer.socket.getInputStream().read() >= 0) {
                        Thread.onSpinWait();
                    }
                } catch (IOException closed) {
                    // expected
                }
            });
            called.awaitClosed();
            peer.close();
            reader.join();
        }
    }

    @Test
    void pingIsAnsweredWhileTheQueueIsFull() throws IOException {
        HttpPort server = listen(DEFAULTS);
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            fill(called.link());
            long queued = called.link().queuedBytes() / MEBIBYTE.length();
            peer.raw(peer.frame(0x89, "here")).raw(peer.frame(0x81, "behind the ping"));
            called.awaitFrames(1);
            int messages = 0;
            while (peer.next().startsWith("binary:")) {
                messages++;
            }
            // The pong overtakes the frames that were queued, but for those that were copied already.
            called.link().send(Frame.utf8("last").asText());
            int after = 0;
            while (peer.next().startsWith("binary:")) {
                after++;
            }
            assertThat(after).isGreaterThanOrEqualTo((int) queued - 2);
            assertThat(messages).isPositive();
        }
    }

    @Test
    void silentPeerWithAFullQueueIsPingedAndDisconnected() throws IOException {
        HttpPort server = listen(DEFAULTS.withPingInterval(Duration.ofMillis(300)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            assertThat(peer.socket.isConnected()).isTrue();
            RecordingHandler called = server.next();
            fill(called.link());
            assertFailed(called.awaitClosed(), DeadlineExceededException.class);
        }
    }

    @Test
    void handlerThatThrowsClosesItsLinkOnly() throws IOException {
        HttpPort server = listen(DEFAULTS, () -> new RecordingHandler() {
            @Override
            public void frame(Link link, Frame frame) {
                super.frame(link, frame);
                if (frame.equals(Frame.utf8("throw"))) {
                    throw new IllegalStateException("thrown");
                }
                if (frame.equals(Frame.utf8("error"))) {
                    throw new LinkageError("thrown");
                }
            }
        });
        try (WebSocketPeer other = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler unaffected = server.next();
            for (String message : new String[] {"throw", "error"}) {
                try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
                    RecordingHandler called = server.next();
                    peer.frames(peer.frame(0x81, message), peer.frame(0x81, "behind"));
                    assertFailed(called.awaitClosed(), TransportException.class);
                    assertThat(called.frames()).hasSize(1);
                    assertThat(peer.next()).isEqualTo("end");
                }
            }
            other.raw(other.frame(0x81, "fine"));
            assertThat(unaffected.awaitFrames(1)).containsExactly(Frame.utf8("fine"));
        }
    }

    @Test
    void inflatersAreReleasedAtAnAbruptClose() throws IOException {
        HttpPort server = listen(DEFAULTS.withCompression(WebSocketOptions.Compression.defaults()));
        int before = MessageDeflate.inflatersInUse();
        byte[] compressed =
                new MessageDeflate(1, 6).compress(Frame.utf8("a".repeat(1000))).toByteArray();
        WebSocketPeer[] peers = new WebSocketPeer[20];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = WebSocketPeer.client(server.port(), "permessage-deflate");
            peers[i].raw(peers[i].frame(0x41, compressed)); // the first fragment of a message
        }
        Awaitility.await().until(() -> MessageDeflate.inflatersInUse() == before + peers.length);
        for (int i = 0; i < peers.length; i++) {
            if (i % 2 == 0) {
                peers[i].socket.setSoLinger(true, 0);
            }
            peers[i].close();
        }
        Awaitility.await().until(() -> MessageDeflate.inflatersInUse() == before);
    }

    // ---- HTTP

    @Test
    void pipelinedRequestsBehindAnUnansweredOneAreBounded() throws Exception {
        HttpPort server = HttpPort.listen(sockets.transport, HttpPort.ANY);
        server.onRequest = exchange -> {};
        try (Socket peer = new Socket()) {
            peer.setSendBufferSize(64 * 1024);
            peer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            byte[] requests =
                    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(10_000).getBytes(US_ASCII);
            long[] sent = {0};
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    while (sent[0] < 1L << 30) {
                        peer.getOutputStream().write(requests);
                        sent[0] += requests.length;
                    }
                } catch (IOException closed) {
                    // expected
                }
            });
            var first = Sockets.take(server.requests);
            // The system buffers up to 33 MB; then the writer blocks.
            long[] last = {-1, 0};
            Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
                last[1] = last[0] == sent[0] ? last[1] + 1 : 0;
                last[0] = sent[0];
                return last[1] == 5;
            });
            assertThat(sent[0]).isLessThan(40L << 20);
            assertThat(server.requests).isEmpty();
            first.answer(HttpResponse.text(200, "first"));
            Sockets.take(server.requests);
            peer.close();
            writer.join();
        }
    }

    @Test
    void responseThatIsNotReadTimesOut() throws Exception {
        HttpPort server = HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(300)),
                DEFAULTS,
                RecordingHandler::new);
        server.onRequest = exchange ->
                exchange.answer(HttpResponse.of(200, "application/octet-stream", Frame.of(new byte[64 << 20])));
        try (HttpPeer peer = new HttpPeer(server.port())) {
            peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Sockets.take(server.requests);
            Awaitility.await().until(() -> server.openConnections() == 0);
            int read = 0;
            try {
                read = peer.rest().length();
            } catch (IOException reset) {
                // The system may have discarded the rest.
            }
            assertThat(read).isLessThan(64 << 20);
        }
    }
}
