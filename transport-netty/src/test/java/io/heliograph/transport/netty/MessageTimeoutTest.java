package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.testkit.Scratch;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time-out of WebSocket messages that their sender does not complete. */
class MessageTimeoutTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private HttpPort listen(Duration messageTimeout) {
        Sockets sockets = scratch.closing(new Sockets(Engine.choose(null)));
        return HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults().withMessageTimeout(messageTimeout),
                WebSocketOptions.defaults()
                        .withCompression(WebSocketOptions.Compression.defaults())
                        .withCloseTimeout(Duration.ofSeconds(1)),
                RecordingHandler::new);
    }

    private WebSocketPeer connect(HttpPort port, String extensions) throws IOException {
        return scratch.closing(WebSocketPeer.client(port.port(), extensions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"part of a frame", "fragment", "compressed fragment"})
    void unfinishedMessageIsClosedAtTheTimeout(String kind) throws IOException {
        HttpPort port = listen(Duration.ofMillis(200));
        WebSocketPeer peer = connect(port, kind.startsWith("compressed") ? "permessage-deflate" : "");
        byte[] sent = switch (kind) {
            case "part of a frame" -> peer.frame(0x82, 1000, new byte[10]);
            case "fragment" -> peer.frame(0x02, new byte[10]);
            default -> peer.frame(0x42, new byte[] {0x4a, 0x04});
        };
        peer.raw(sent);
        assertThat(peer.rest()).containsExactly("close:1008");
        CloseReason reason = port.next().awaitClosed();
        assertThat(((CloseReason.Failed) reason).cause())
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageStartingWith("a message from tcp://127.0.0.1:")
                .hasMessageEndingWith(" was not complete within 200 ms");
        assertThat(Sockets.take(port.refusals)).startsWith("message-timeout ").endsWith("messageTimeout");
        assertThat(port.refusals).isEmpty();
    }

    @Test
    void pongsAndPingsDoNotExtendTheTimeout() throws IOException {
        HttpPort port = listen(Duration.ofMillis(300));
        WebSocketPeer peer = connect(port, "");
        peer.raw(peer.frame(0x02, new byte[10]));
        String next = "pong:x";
        while (next.equals("pong:x")) {
            peer.raw(peer.frame(0x89, "x"));
            next = peer.next();
        }
        assertThat(next).isEqualTo("close:1008");
    }

    @Test
    void furtherInputAfterTheTimeoutIsDiscarded() throws IOException {
        HttpPort port = listen(Duration.ofMillis(100));
        WebSocketPeer peer = connect(port, "");
        peer.raw(peer.frame(0x02, new byte[10]));
        assertThat(peer.next()).isEqualTo("close:1008");
        peer.raw(peer.frame(0x80, new byte[10])).raw(peer.frame(0x82, "late"));
        RecordingHandler handler = port.next();
        handler.awaitClosed();
        assertThat(handler.frames()).isEmpty();
    }

    @Test
    void messageBehindASlowOneHasItsOwnTime() throws IOException {
        HttpPort port = listen(Duration.ofSeconds(10));
        WebSocketPeer peer = connect(port, "");
        for (int i = 0; i < 3; i++) {
            peer.raw(peer.frame(0x01, "a")).raw(peer.frame(0x80, "b"));
        }
        assertThat(port.next().awaitFrames(3)).allMatch(frame -> frame.utf8().equals("ab"));
    }

    @Test
    void zeroDisablesTheTimeout() throws IOException {
        HttpPort port = listen(Duration.ZERO);
        WebSocketPeer peer = connect(port, "");
        peer.raw(peer.frame(0x01, "a")).raw(peer.frame(0x89, "x"));
        assertThat(peer.next()).isEqualTo("pong:x");
        peer.raw(peer.frame(0x80, "b"));
        assertThat(port.next().awaitFrames(1)).allMatch(frame -> frame.utf8().equals("ab"));
    }
}
