package io.heliograph.web;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RawPeer;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP requests and WebSockets by path, and the life cycle of the server. */
class WebServerTest {

    private final Transports.Lease lease = Transports.acquire();
    private WebServer server = WebServer.builder().build();

    @BeforeEach
    void open() {
        server = builder().build();
    }

    private WebServer.Builder builder() {
        return WebServer.builder().host("127.0.0.1").port(0).transport(lease.transport());
    }

    @AfterEach
    void close() {
        server.close();
        value(server.closed());
        value(lease.release());
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    private static final String UPGRADE = "GET /path/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private static SocketChannel plain(Address address) throws IOException {
        Address.Tcp tcp = (Address.Tcp) address;
        return SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
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
        return RawPeer.connect(lease.transport(), target, WebSocketOptions.defaults());
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

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(10, TimeUnit.SECONDS), "nothing arrived within 10 s");
    }

    @Test
    void pathsSelectHandlersAndOtherPathsTheFallback() throws Exception {
        value(server.listen());
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
        assertThat(take(errors)).hasMessage("secret");
        assertThat(server.stats().messagesReceived()).isEqualTo(5);
    }

    @Test
    void asyncHandlerRunsOnTheEventLoopAndAnswersLater() throws Exception {
        value(server.listen());
        server.serveAsync("/later", exchange -> {
            String where = exchange.loop().inLoop() + " " + exchange.request().target();
            exchange.loop()
                    .schedule(Duration.ofMillis(1), () -> exchange.answer(HttpResponse.text(200, "loop " + where)));
        });
        assertThat(get("/later?x").body()).isEqualTo("loop true /later?x");
        server.serveAsync("/fails", exchange -> {
            throw new IOException("secret");
        });
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        server.onError(errors::add);
        assertThat(get("/fails").statusCode()).isEqualTo(500);
        assertThat(take(errors)).hasMessage("secret");
        assertThat(server.stats().messagesSent()).isEqualTo(2);
        assertThat(server.stats().bytesSent())
                .isEqualTo("loop true /later?x".length() + "Internal Server Error".length());
    }

    // unknown path
    @Test
    @Checklist("SC 1.1")
    void webSocketsAtOtherPathsAreRejected() throws Exception {
        value(server.listen());
        BlockingQueue<RecordingHandler> accepted = attach("/socketcluster/");
        webSocket("/socketcluster/?a=1").link().end(4000, "x");
        assertThat(take(accepted).awaitClosed()).isEqualTo(new CloseReason.Remote(4000, "x"));
        assertThatThrownBy(() -> webSocket("/socketcluster"))
                .isInstanceOfSatisfying(UpgradeRefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused.body()).isEqualTo("Bad Request");
                });
        assertThat(get("/socketcluster/").statusCode()).isEqualTo(404);
    }

    @Test
    void closeAnswersRequestsAndEndsWebSockets() throws Exception {
        value(server.listen());
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.serve("/slow", request -> {
            asked.countDown();
            release.await();
            return HttpResponse.text(200, "answered");
        });
        BlockingQueue<RecordingHandler> accepted = attach("/ws");
        RecordingHandler caller = webSocket("/ws");
        get("/none"); // its connection stays open for the next request
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
        CompletableFuture<Void> unused = server.closeGracefully(Duration.ofHours(1)); // which no time-out shortens
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        assertThat(take(accepted).awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThat(server.closed()).isNotDone();
        release.countDown();
        assertThat(value(slow).body()).isEqualTo("answered");
        value(server.closed());
        assertThat(server.stats().connections()).isZero();
        assertThatThrownBy(() -> plain(new Address.Tcp("127.0.0.1", port))).isInstanceOf(IOException.class);
        assertThat(failure(server.listen())).isInstanceOf(ClosedException.class);
    }

    @Test
    void otherHostsAreRefusedCountedAndConfigurable() throws Exception {
        server = builder().allowedHosts("app.example").build();
        value(server.listen());
        server.serve("/page", request -> HttpResponse.text(200, "page"));
        attach("/path/");
        assertThat(status("GET /page HTTP/1.1\r\nHost: evil.example\r\n\r\n")).isEqualTo("403");
        assertThat(status(UPGRADE.replace("localhost", "evil.example:" + server.port())))
                .isEqualTo("403");
        assertThat(server.stats().drops()).containsEntry(DropReason.HOST_REFUSED, 2L);
        assertThat(status("GET /page HTTP/1.1\r\nHost: app.example\r\n\r\n")).isEqualTo("200");
        assertThat(status(UPGRADE.replace("localhost", "app.example"))).isEqualTo("101");
    }

    private String status(String request) throws IOException {
        try (var peer = plain(server.address())) {
            peer.socket().setSoTimeout(10_000);
            peer.write(ByteBuffer.wrap(request.getBytes(ISO_8859_1)));
            return new String(peer.socket().getInputStream().readNBytes(12), ISO_8859_1).substring(9);
        }
    }

    /** No other time-out ends these connections: that of WebSockets is an hour, as is that of requests. */
    @Test
    void closeTimeoutAbortsUnfinishedConnections() throws Exception {
        server = builder().requestTimeout(Duration.ofHours(1)).build();
        value(server.listen());
        BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
        server.attach(
                "/path/",
                upgrade -> upgrade.accept(
                        WebSocketOptions.defaults().withCloseTimeout(Duration.ofHours(1)), null, link -> {
                            RecordingHandler handler = new RecordingHandler().on(link);
                            accepted.add(handler);
                            return handler;
                        }));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.serve("/slow", request -> {
            asked.countDown();
            release.await();
            return HttpResponse.text(200, "late");
        });
        try (var webSocket = plain(server.address());
                var request = plain(server.address());
                var unread = plain(server.address())) {
            webSocket.write(ByteBuffer.wrap(UPGRADE.getBytes(ISO_8859_1)));
            RecordingHandler handler = take(accepted); // whose peer never answers the close frame
            request.write(ByteBuffer.wrap("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1)));
            asked.await();
            unread.write(ByteBuffer.wrap("POST /slow HTTP/1.1\r\nHost: localhost\r\n".getBytes(ISO_8859_1)));
            CompletableFuture<Void> closed = server.closeGracefully(Duration.ofMillis(200));
            value(closed);
            handler.awaitClosed();
            assertThat(server.stats().connections()).isZero();
        } finally {
            release.countDown();
        }
    }

    @Test
    void portInUseFailsListen() throws Exception {
        value(server.listen());
        WebServer other = builder().port(server.port()).build();
        assertThat(failure(other.listen()))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        failure -> assertThat(failure.code()).isEqualTo("EADDRINUSE"));
        value(other.closeGracefully(Duration.ZERO));
        assertThatThrownBy(other::port).isInstanceOf(IllegalStateException.class);
        assertThat(failure(server.listen())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void defaultHostIsLoopback() throws Exception {
        WebServer local =
                WebServer.builder().port(0).transport(lease.transport()).build();
        value(local.listen());
        plain(new Address.Tcp("127.0.0.1", local.port())).close();
        assertThatThrownBy(() -> plain(new Address.Tcp("127.0.0.2", local.port())))
                .isInstanceOf(IOException.class);
        value(local.closeGracefully(Duration.ZERO));
    }

    @Test
    void allAddressesAreSelectedByHost() throws Exception {
        WebServer everywhere = WebServer.builder()
                .host("::")
                .port(0)
                .transport(lease.transport())
                .build();
        value(everywhere.listen());
        plain(new Address.Tcp("127.0.0.1", everywhere.port())).close();
        plain(new Address.Tcp("127.0.0.2", everywhere.port())).close();
        value(everywhere.closeGracefully(Duration.ZERO));
    }
}
