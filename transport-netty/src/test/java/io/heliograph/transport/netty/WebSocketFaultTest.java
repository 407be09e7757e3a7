package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that vanish, stall, flood, or never finish. */
class WebSocketFaultTest {

    private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();

    private final Sockets sockets = new Sockets(Engine.choose(null));

    @AfterEach
    void close() {
        sockets.close();
    }

    private HttpPort listen(WebSocketOptions options) {
        return HttpPort.listen(sockets.transport, HttpPort.ANY, HttpOptions.defaults(), options, RecordingHandler::new);
    }

    private static void assertFailed(CloseReason reason, Class<?> cause) {
        assertThat(reason)
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(cause));
    }

    @Test
    void handshakeMaySplitAtEveryByte() throws IOException {
        HttpPort server = listen(DEFAULTS);
        byte[] bytes = (HttpTest.UPGRADE + "\u0081\u0082\0\0\0\0hi").getBytes(ISO_8859_1);
        for (int at = 1; at < bytes.length; at += 3) {
            try (var peer = Sockets.plain(server.address())) {
                OutputStream out = peer.socket().getOutputStream();
                peer.socket().setTcpNoDelay(true);
                out.write(bytes, 0, at);
                out.write(bytes, at, bytes.length - at);
                assertThat(server.next().awaitFrames(1)).containsExactly(Frame.utf8("hi"));
            }
        }
    }

    @Test
    void killedPeerFailsTheLink() throws IOException {
        HttpPort server = listen(DEFAULTS);
        WebSocketPeer reset = WebSocketPeer.client(server.port(), "");
        reset.socket.setSoLinger(true, 0);
        reset.close();
        assertFailed(server.next().awaitClosed(), TransportException.class);
        WebSocketPeer.client(server.port(), "").close();
        assertFailed(server.next().awaitClosed(), TransportException.class);
    }

    @Test
    void peerClosedAfterItsCloseFrameHasClosedInOrder() throws IOException {
        HttpPort server = listen(DEFAULTS);
        WebSocketPeer peer = WebSocketPeer.client(server.port(), "");
        peer.raw(peer.frame(0x88, new byte[] {0x0f, (byte) 0xa0}));
        peer.close();
        assertThat(server.next().awaitClosed()).isEqualTo(new CloseReason.Remote(4000, ""));
    }

    @Test
    void missingCloseFrameIsTimedOut() throws IOException {
        HttpPort server = listen(DEFAULTS.withCloseTimeout(Duration.ofMillis(50)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            called.link().end(4000, "bye");
            assertThat(peer.next()).isEqualTo("close:4000bye");
            assertFailed(called.awaitClosed(), DeadlineExceededException.class);
            assertThat(peer.next()).isEqualTo("end");
        }
    }

    @Test
    void violatingPeerIsDisconnected() throws IOException {
        HttpPort server = listen(DEFAULTS.withCloseTimeout(Duration.ofMillis(50)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            peer.raw(new byte[] {(byte) 0xff, 0});
            assertThat(peer.rest()).containsExactly("close:1002");
            server.next().awaitClosed();
        }
    }

    @Test
    void silentPeersArePingedAndDisconnected() throws IOException {
        HttpPort server = listen(DEFAULTS.withPingInterval(Duration.ofMillis(600)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            assertThat(peer.next()).isEqualTo("ping:");
            peer.raw(peer.frame(0x8a, ""));
            assertThat(peer.next()).isEqualTo("ping:");
            assertFailed(server.next().awaitClosed(), DeadlineExceededException.class);
            assertThat(peer.next()).isEqualTo("end");
        }
    }

    @Test
    void timeOfABlockedEventLoopIsNotSilenceOfThePeer() throws Exception {
        HttpPort server = listen(DEFAULTS.withPingInterval(Duration.ofMillis(600)));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            RecordingHandler called = server.next();
            assertThat(peer.next()).isEqualTo("ping:");
            CountDownLatch never = new CountDownLatch(1);
            Sockets.onLoop(called.link().loop(), () -> {
                try {
                    assertThat(never.await(1500, TimeUnit.MILLISECONDS)).isFalse();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            CompletableFuture<Void> later = new CompletableFuture<>();
            called.link()
                    .loop()
                    .execute(() -> called.link().loop().schedule(Duration.ofMillis(50), () -> later.complete(null)));
            Sockets.get(later);
            peer.raw(peer.frame(0x8a, "")).raw(peer.frame(0x81, "here"));
            assertThat(called.awaitFrames(1)).containsExactly(Frame.utf8("here"));
        }
    }

    @Test
    void floodOfPingsUsesNoMemory() throws IOException {
        HttpPort server = listen(DEFAULTS.withQueue(100_000, Overflow.CLOSE));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            Link link = server.next().link();
            byte[] ping = peer.frame(0x89, "x".repeat(125));
            byte[][] many = new byte[200][];
            Arrays.fill(many, ping);
            for (int i = 0; i < 2_000; i++) {
                peer.frames(many); // 52 MB of them, no answer read
                assertThat(link.queuedBytes()).isLessThan(1000 * 1000);
            }
            assertThat(link.send(Frame.utf8("still here").asText())).isTrue();
            String next;
            do {
                next = peer.next();
            } while (next.startsWith("pong:"));
            assertThat(next).isEqualTo("text:still here");
        }
    }

    @Test
    void stalledReaderUsesItsLimitAndIsClosed() throws IOException {
        HttpPort server = listen(DEFAULTS.withQueue(1 << 20, Overflow.CLOSE));
        try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
            assertThat(peer.socket.isConnected()).isTrue();
            RecordingHandler called = server.next();
            Frame shared = Frame.of(new byte[100_000]);
            long sent = 0;
            while (called.link().send(shared)) {
                assertThat(called.link().queuedBytes()).isLessThan(2 << 20);
                sent += shared.length();
                assertThat(sent).isLessThan(1L << 30);
            }
            assertFailed(called.awaitClosed(), QueueFullException.class);
        }
    }

    @Test
    void unfinishedHandshakesTimeOut() throws IOException {
        HttpPort server = HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults()
                        .withRequestTimeout(Duration.ofMillis(200))
                        .withMaxConnections(20),
                DEFAULTS,
                RecordingHandler::new);
        for (int i = 0; i < 20; i++) {
            var peer = Sockets.plain(server.address());
            if (i % 2 == 0) {
                peer.socket()
                        .getOutputStream()
                        .write(HttpTest.UPGRADE.substring(0, 60).getBytes(ISO_8859_1));
            }
        }
        Awaitility.await().ignoreExceptions().until(() -> {
            try (WebSocketPeer peer = WebSocketPeer.client(server.port(), "")) {
                return peer.socket.isConnected();
            }
        });
    }
}
