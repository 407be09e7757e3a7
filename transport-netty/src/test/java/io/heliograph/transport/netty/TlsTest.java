package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.plain;
import static io.heliograph.transport.netty.Sockets.take;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.netty.Sockets.Listening;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The TLS hook: what counts as open, and what a failure says. */
class TlsTest {

    private static final Address.Tcp ANY = new Address.Tcp("127.0.0.1", 0);

    private Sockets sockets;

    @BeforeEach
    void open() {
        sockets = new Sockets(Engine.choose(null));
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    private static LinkOptions with(Tls tls) {
        return LinkOptions.of(Framing.delimiter('\n')).withTls(tls);
    }

    private Listening listen() {
        return sockets.listen(ANY, with(Certificates.trusted()), RecordingHandler::new);
    }

    @Test
    void tls12CarriesFrames() {
        Listening server = listen();
        RecordingHandler caller =
                sockets.connect(server.address(), with(Certificates.version("TLSv1.2")), new RecordingHandler());
        RecordingHandler called = server.next();
        caller.link().send(Frame.utf8("hello"));
        assertThat(called.awaitFrames(1)).containsExactly(Frame.utf8("hello"));
        called.link().send(Frame.utf8("welcome"));
        assertThat(caller.awaitFrames(1)).containsExactly(Frame.utf8("welcome"));
        caller.link().end();
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThat(called.awaitClosed()).isEqualTo(new CloseReason.Remote(0, ""));
    }

    @Test
    void failedHandshakeIsReportedToBothSidesOnly() {
        Listening server = listen();
        HeliographException failure = sockets.failToConnect(server.address(), with(Certificates.untrusted()));
        assertThat(failure)
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("TLS")
                .hasRootCauseInstanceOf(CertPathBuilderException.class);
        assertThat(take(server.failures))
                .hasMessageContaining("TLS handshake with tcp://127.0.0.1")
                .hasCauseInstanceOf(SSLException.class);
        assertThat(server.accepted).isEmpty();

        sockets.connect(server.address(), with(Certificates.trusted()), new RecordingHandler());
        server.next();
    }

    @Test
    void plaintextPeerIsRejected() throws Exception {
        Listening server = listen();
        try (SocketChannel peer = plain(server.address())) {
            peer.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII)));
            assertThat(take(server.failures)).hasMessageContaining("TLS");
            Sockets.drain(peer);
        }
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void silentPeerTimesOutInTheHandshake() throws Exception {
        Listening server = sockets.listen(
                ANY, with(Certificates.trusted()).withConnectTimeout(Duration.ofMillis(50)), RecordingHandler::new);
        try (SocketChannel peer = plain(server.address())) {
            assertThat(take(server.failures)).hasMessageContaining("TLS");
            Sockets.drain(peer);
        }
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void truncatedTlsStreamFailsTheLink() throws Exception {
        Listening server = listen();
        SocketChannel raw = plain(server.address());
        try (SSLSocket peer = (SSLSocket)
                Certificates.client().getSocketFactory().createSocket(raw.socket(), "127.0.0.1", 0, false)) {
            peer.startHandshake();
            RecordingHandler called = server.next();
            peer.getOutputStream().write("last\n".getBytes(US_ASCII));
            called.awaitFrames(1);
            raw.shutdownOutput(); // without the message that ends the stream
            CloseReason reason = called.awaitClosed();
            assertThat(reason).isInstanceOf(CloseReason.Failed.class);
            assertThat(((CloseReason.Failed) reason).cause()).hasMessageContaining("truncated (expected: close_notify");
            assertThat(called.isInputEnded()).isFalse();
        }
    }

    @Test
    void longTlsResponseReachesHalfClosedPeer() {
        int frames = 100;
        LinkOptions options =
                LinkOptions.of(Framing.none()).withTls(Certificates.trusted()).withQueue(64 << 20, Overflow.CLOSE);
        Listening server = sockets.listen(ANY, options, () -> new RecordingHandler() {
            @Override
            public void inputEnded(Link link) {
                for (int i = 0; i < frames; i++) {
                    link.send(Frame.of(new byte[100_000]));
                }
                super.inputEnded(link);
            }
        });
        RecordingHandler caller = sockets.connect(server.address(), options, new RecordingHandler());
        caller.link().reading(false);
        caller.link().end();
        RecordingHandler called = server.next();
        called.awaitInputEnded();
        Sockets.onLoop(called.link().loop(), () -> {});
        assertThat(called.link().queuedBytes()).isPositive();
        caller.link().reading(true);
        caller.awaitBytes(frames * 100_000L);
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThat(called.awaitClosed()).isEqualTo(new CloseReason.Remote(0, ""));
    }
}
