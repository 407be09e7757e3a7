package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that send a close frame and leave the TCP connection open. */
class WebSocketEndTest {

    private static final WebSocketOptions PATIENT = WebSocketOptions.defaults().withCloseTimeout(Duration.ofHours(1));
    private static final byte[] CODE_4001 = {0x0f, (byte) 0xa1, 'b', 'y', 'e'};

    private final Sockets sockets = new Sockets(Engine.choose(null));
    private ServerSocket listening;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listening.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
        sockets.close();
    }

    private WebSocketPeer accept(RecordingHandler handler, WebSocketOptions options) {
        WebSocketTarget target =
                WebSocketTarget.of(URI.create("ws://127.0.0.1:" + listening.getLocalPort() + "/"), Optional.empty());
        CompletableFuture<WebSocketPeer> accepted = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                accepted.complete(WebSocketPeer.server(listening, ""));
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        });
        HttpPort.connect(sockets.transport, target, options, handler);
        return Sockets.get(accepted);
    }

    @Test
    void codeOfTheServerIsReportedAtOnce() throws IOException {
        RecordingHandler handler = new RecordingHandler();
        try (WebSocketPeer peer = accept(handler, PATIENT)) {
            peer.frames(peer.frame(0x81, "last"), peer.frame(0x88, CODE_4001));
            assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Remote(4001, "bye"));
            assertThat(handler.frames()).containsExactly(Frame.utf8("last"));
            assertThat(handler.link().send(Frame.utf8("late"))).isFalse();
            assertThat(peer.next()).isEqualTo("close:4001bye");
            peer.socket.shutdownOutput();
            assertThat(peer.next()).isEqualTo("end"); // the server has ended first
        }
    }

    @Test
    void answeredCloseIsReportedAtOnce() throws IOException {
        RecordingHandler handler = new RecordingHandler();
        try (WebSocketPeer peer = accept(handler, PATIENT)) {
            handler.link().end(4001, "bye");
            assertThat(peer.next()).isEqualTo("close:4001bye");
            peer.raw(peer.frame(0x88, CODE_4001));
            assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Local());
        }
    }

    @Test
    void openConnectionIsClosedAfterTheCloseTimeout() throws IOException {
        RecordingHandler handler = new RecordingHandler();
        try (WebSocketPeer peer = accept(handler, PATIENT.withCloseTimeout(Duration.ofMillis(50)))) {
            peer.raw(peer.frame(0x88, CODE_4001));
            assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Remote(4001, "bye"));
            assertThat(peer.next()).isEqualTo("close:4001bye");
            assertThat(peer.next()).isEqualTo("end");
            Sockets.onLoop(handler.link().loop(), () -> {}); // closes the channel
            Sockets.onLoop(handler.link().loop(), () -> {});
            assertThat(handler.violations()).isEmpty();
        }
    }
}
