package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.TransportException;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A port that serves pages and WebSockets, seen by the client of the JDK and by ours. */
class WebServerTest {

    private Sockets sockets = new Sockets(Engine.choose(null));
    private WebServer server = WebServer.builder().build();

    @BeforeEach
    void open() {
        server = builder().build();
    }

    private WebServer.Builder builder() {
        return WebServer.builder().host("127.0.0.1").port(0).transport(sockets.transport);
    }

    @AfterEach
    void close() {
        server.close();
        Sockets.get(server.closed());
        sockets.close();
    }

    private record Answer(int statusCode, String body) {}

    private Answer get(String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, new String(in.readAllBytes(), UTF_8));
        }
    }

    private RecordingHandler webSocket(String path) {
        WebSocketTarget target =
                WebSocketTarget.of(URI.create("ws://127.0.0.1:" + server.port() + path), Optional.empty());
        return HttpPort.connect(sockets.transport, target, WebSocketOptions.defaults(), new RecordingHandler());
    }

    private BlockingQueue<RecordingHandler> attach(String path) {
        BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
        server.attach(
                path,
                upgrade -> upgrade.accept(WebSocketOptions.defaults(), null, link -> {
                    RecordingHandler handler = new RecordingHandler().on(link);
                    accepted.add(handler);
                    return handler;
                }));
        return accepted;
    }

    @Test
    void pathsHaveHandlersAndTheRestTheFallback() throws Exception {
        Sockets.get(server.listen());
        server.serve(
                "/thread",
                request -> HttpResponse.text(200, Thread.currentThread().isVirtual() + " " + request.target()));
        assertThat(get("/thread?x").body()).isEqualTo("true /thread?x");
        assertThat(get("/other").statusCode()).isEqualTo(404);
        server.fallback(HttpResponse.text(501, "Not Implemented"));
        assertThat(get("/other").statusCode()).isEqualTo(501);
        server.serve("/fails", request -> {
            throw new IOException("secret");
        });
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        server.onError(errors::add);
        assertThat(get("/fails").statusCode()).isEqualTo(500);
        assertThat(get("/fails").body()).doesNotContain("secret");
        assertThat(Sockets.take(errors)).hasMessage("secret");
        assertThat(server.stats().messagesReceived()).isEqualTo(5);
    }

    // unknown path
    @Test
    @Checklist("SC 1.1")
    void webSocketsHaveEndpointsAndOtherPathsAreRefused() throws Exception {
        Sockets.get(server.listen());
        BlockingQueue<RecordingHandler> accepted = attach("/socketcluster/");
        webSocket("/socketcluster/?a=1").link().end(4000, "x");
        assertThat(Sockets.take(accepted).awaitClosed()).isEqualTo(new CloseReason.Remote(4000, "x"));
        assertThatThrownBy(() -> webSocket("/socketcluster"))
                .isInstanceOfSatisfying(UpgradeRefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused.body()).isEqualTo("Bad Request");
                });
        assertThat(get("/socketcluster/").statusCode()).isEqualTo(404);
    }

    @Test
    void closingEndsWhatIsOpen() throws Exception {
        Sockets.get(server.listen());
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.serve("/slow", request -> {
            asked.countDown();
            release.await();
            return HttpResponse.text(200, "answered");
        });
        BlockingQueue<RecordingHandler> accepted = attach("/ws");
        RecordingHandler caller = webSocket("/ws");
        get("/none"); // stays open, for the next
        CompletableFuture<Answer> slow = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                slow.complete(get("/slow"));
            } catch (IOException e) {
                slow.completeExceptionally(e);
            }
        });
        asked.await();
        assertThat(server.stats().connections()).isBetween(2L, 3L);
        int port = server.port();
        server.close();
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        assertThat(Sockets.take(accepted).awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThat(server.closed()).isNotDone();
        release.countDown();
        assertThat(Sockets.get(slow).body()).isEqualTo("answered");
        Sockets.get(server.closed());
        assertThat(server.stats().connections()).isZero();
        assertThatThrownBy(() -> Sockets.plain(new Address.Tcp("127.0.0.1", port)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Sockets.get(server.listen())).isInstanceOf(ClosedException.class);
    }

    @Test
    void whatDoesNotEndInTimeIsCutOff() throws Exception {
        Sockets.get(server.listen());
        server.attach("/ws", upgrade -> {});
        try (var peer = Sockets.plain(server.address())) {
            peer.write(ByteBuffer.wrap(HttpTest.UPGRADE.getBytes(ISO_8859_1)));
            attach("/path/");
            peer.read(ByteBuffer.allocate(1000));
            // It never answers the close frame.
            Sockets.get(server.closeGracefully(Duration.ofMillis(50)));
        }
    }

    @Test
    void aPortInUseIsAFailureAndAllAddressesAreTheDefault() throws Exception {
        Sockets.get(server.listen());
        WebServer other = builder().port(server.port()).build();
        assertThatThrownBy(() -> Sockets.get(other.listen()))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        failure -> assertThat(failure.code()).isEqualTo("EADDRINUSE"));
        Sockets.get(other.closeGracefully(Duration.ZERO));
        assertThatThrownBy(other::port).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Sockets.get(server.listen())).isInstanceOf(IllegalStateException.class);

        WebServer everywhere =
                WebServer.builder().port(0).transport(sockets.transport).build();
        Sockets.get(everywhere.listen());
        Sockets.plain(new Address.Tcp("127.0.0.1", everywhere.port())).close();
        Sockets.get(everywhere.closeGracefully(Duration.ZERO));
    }
}
