package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.Origins;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.web.WebServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listening, upgrades, closing, and connections without HTTP. */
class RpcConnectionTest extends ServerFixture {

    private static final String UPGRADE = """
            GET / HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    @Test
    @Checklist({"RPC 1", "RPC 131"})
    void serverClosesWithoutConnections() throws Exception {
        value(RpcServer.builder().port(0).build().closeGracefully(Duration.ZERO));
        listen();
        value(server.closeGracefully(Duration.ZERO));
        server.close();
        assertThatThrownBy(() -> server.listen().join()).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    @Checklist("RPC 2")
    void builderRejectsInvalidPort() {
        assertThatThrownBy(() -> RpcServer.builder().port(70_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port: 70000 (expected: 0 to 65535)");
        assertThatThrownBy(() -> RpcServer.builder().build().port()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Checklist("RPC 3")
    void portZeroIsFreePortAndBusyPortFails() throws Exception {
        CompletableFuture<Boolean> listening = new CompletableFuture<>();
        server.onListening(() -> listening.complete(server.port() > 0));
        listen();
        assertThat(listening.getNow(false)).isTrue();

        RpcServer second =
                opened(RpcServer.builder().host("127.0.0.1").port(server.port()).build());
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        second.onError(error::complete);
        assertThat(failure(second.listen())).isInstanceOf(TransportException.class);
        assertThat(value(error)).isInstanceOf(TransportException.class);
    }

    @Test
    @Checklist("RPC 4")
    void plainHttpRequestIsAnswered426() throws Exception {
        listen();
        String response = exchange("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
        assertThat(response).startsWith("HTTP/1.1 426 ").endsWith("Upgrade Required");
    }

    private String exchange(byte[] request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request);
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    @Checklist("RPC 20")
    void compressionIsAcceptedOrDeclined() throws Exception {
        for (boolean compression : new boolean[] {false, true}) {
            restart(builder -> {
                if (compression) {
                    builder.compression(WebSocketOptions.Compression.defaults());
                }
            });
            listen();
            RawSocket socket = opened(RawSocket.open(
                    target("/"), WebSocketOptions.defaults().withCompression(new WebSocketOptions.Compression(0, 6))));
            assertThat(socket.ask(call(1, "sum", "[1,2]"))).isEqualTo(result(1, "3"));
        }
    }

    private WebSocketTarget target(String path) {
        return WebSocketTarget.of(URI.create("ws://127.0.0.1:" + server.port() + path), Optional.empty());
    }

    @Test
    @Checklist("RPC 21")
    void invalidFramesCloseWithTheirCode() throws Exception {
        restart(builder -> builder.maxMessageBytes(1000));
        CopyOnWriteArrayList<Throwable> errors = new CopyOnWriteArrayList<>();
        server.onSocketError((socket, failure) -> errors.add(failure));
        listen();
        assertThat(closeFrame("82fe03e9" + "00000000" + "00".repeat(1001))).endsWith("880203f1");
        assertThat(closeFrame("8182" + "00000000" + "c328")).endsWith("880203ef");
        assertThat(closeFrame("8100")).endsWith("880203ea");
        Awaitility.await().until(() -> errors.size() == 3);
    }

    @Test
    @Checklist("RPC 22")
    void fragmentedMessageIsReassembled() throws Exception {
        listen();
        String json = HexFormat.of().formatHex(call(1, "sum", "[1,2]").getBytes(US_ASCII));
        String frames = "0181"
                + "00000000"
                + json.substring(0, 2)
                + "8081".replace("81", "%02x".formatted(0x80 | (json.length() / 2 - 1)))
                + "00000000"
                + json.substring(2);
        String answer = result(1, "3");
        String expected = HexFormat.of().formatHex(answer.getBytes(US_ASCII));
        assertThat(exchanged(frames, 2 + answer.length())).endsWith(expected);
    }

    private String closeFrame(String frames) throws Exception {
        return exchanged(frames, Integer.MAX_VALUE);
    }

    /** Returns the bytes, in hexadecimal, that follow the upgrade response when the frames are sent. */
    private String exchanged(String frames, int length) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(frames);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(UPGRADE.getBytes(US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            assertThat(head).startsWith("HTTP/1.1 101");
            socket.getOutputStream().write(bytes);
            return HexFormat.of().formatHex(in.readNBytes(length));
        }
    }

    @Test
    @Checklist("RPC 134")
    void closeSends1001ToAllConnections() throws Exception {
        CompletableFuture<String> closed = new CompletableFuture<>();
        server.onClose(() -> closed.complete("closed"));
        RawSocket socket = open("/");
        socket.ask(call(1, "sum", "[1,2]"));
        value(server.closeGracefully(Duration.ofSeconds(5)));
        assertThat(socket.awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        assertThat(closed).isCompletedWithValue("closed");
        assertThat(server.stats().connections()).isZero();
    }

    @Test
    void connectionsBeyondMaximumAreRejected() throws Exception {
        restart(builder -> builder.maxConnections(1));
        open("/").ask(call(1, "sum", "[1,2]"));
        assertThatThrownBy(() -> open("/")).hasMessageContaining("503");
    }

    @Test
    void defaultHostIsLoopbackUnlessCompatible() {
        RpcServer safe = opened(RpcServer.builder().port(0).build());
        value(safe.listen());
        assertThat(safe.addresses()).containsExactly(new Address.Tcp("127.0.0.1", safe.port()));
        RpcServer compatible = opened(RpcServer.builder()
                .port(0)
                .compatibility(RpcCompatibility.RPC_WEBSOCKETS_10)
                .build());
        value(compatible.listen());
        assertThat(compatible.addresses()).containsExactly(new Address.Tcp("0.0.0.0", compatible.port()));
        RpcServer chosen = opened(RpcServer.builder()
                .host("127.0.0.1")
                .port(0)
                .compatibility(RpcCompatibility.RPC_WEBSOCKETS_10)
                .build());
        value(chosen.listen());
        assertThat(chosen.addresses()).containsExactly(new Address.Tcp("127.0.0.1", chosen.port()));
    }

    @Test
    void foreignOriginsAreRejectedUnlessAllowed() throws Exception {
        listen();
        assertThatThrownBy(() -> openFrom("https://evil.example")).hasMessageContaining("403");
        assertThat(server.stats().drops()).containsEntry(DropReason.ORIGIN_REFUSED, 1L);
        openFrom("http://127.0.0.1:" + server.port());
        restart(builder -> builder.origins(Origins.of("https://good.example")));
        listen();
        openFrom("https://good.example");
        restart(builder -> builder.compatibility(RpcCompatibility.RPC_WEBSOCKETS_10));
        listen();
        openFrom("https://evil.example");
    }

    private void openFrom(String origin) throws Exception {
        opened(RawSocket.open(
                target("/").withHeaders(HttpHeaders.of(Map.of("Origin", origin))), WebSocketOptions.defaults()));
    }

    @Test
    void firstOfferedSubprotocolIsSelected() throws Exception {
        listen();
        RawSocket socket =
                opened(RawSocket.open(target("/").withProtocols(List.of("b", "a")), WebSocketOptions.defaults()));
        assertThat(socket.link().protocol()).contains("b");
    }

    @Test
    void serverSharesPortWithPages() throws Exception {
        restart(builder -> {});
        RpcServer attached = opened(RpcServer.builder().build());
        attached.namespace("/rpc/chat").method("hi").handle(params -> "there");
        value(attached.listen());
        WebServer web = opened(WebServer.builder().host("127.0.0.1").port(0).build());
        web.attach("/rpc/*", attached::upgrade);
        web.serve("/page", request -> HttpResponse.text(200, "page"));
        value(web.listen());
        RawSocket socket = opened(RawSocket.open(web.port(), "/rpc/chat"));
        assertThat(socket.ask(call(1, "hi", "[]"))).isEqualTo(result(1, "\"there\""));
    }

    @Test
    void serverAcceptsWebSocketsOfSharedWebServer() throws Exception {
        WebServer web = opened(WebServer.builder().host("127.0.0.1").port(0).build());
        RpcServer shared = opened(RpcServer.builder().on(web, "/rpc/*").build());
        shared.namespace("/rpc/chat").method("hi").handle(params -> "there");
        value(shared.listen());
        value(web.listen());
        RawSocket socket = opened(RawSocket.open(web.port(), "/rpc/chat"));
        assertThat(socket.ask(call(1, "hi", "[]"))).isEqualTo(result(1, "\"there\""));
        value(shared.closeGracefully(Duration.ZERO));
        assertThatThrownBy(() -> RawSocket.open(web.port(), "/rpc/chat")).hasMessageContaining("400");
    }

    @Test
    void secondListenFails() throws Exception {
        listen();
        assertThat(failure(server.listen())).isInstanceOf(IllegalStateException.class);
        assertThat(server.port()).isPositive();
    }

    @Test
    void builderReuseDoesNotChangeServer() throws Exception {
        RpcServer.Builder builder = RpcServer.builder().host("127.0.0.1").port(0);
        RpcServer first = opened(builder.build());
        builder.implicitNamespaces(false).listenOn(new Address.Tcp("127.0.0.1", 0));
        value(first.listen());
        assertThat(first.addresses()).hasSize(1);
        RawSocket socket = opened(RawSocket.open(first.port(), "/undeclared"));
        assertThat(socket.ask(call(1, "__listMethods", "null"))).isEqualTo(result(1, "[\"__listMethods\"]"));
    }

    // ---- without HTTP

    @Test
    void protocolRunsOverUnixSocket(@TempDir Path directory) throws Exception {
        Address address = new Address.Unix(directory.resolve("rpc.sock"));
        restart(builder -> builder.listenOn(address));
        server.namespace("/chat").method("where", Object.class).handle((p, caller) -> caller.id());
        listen();
        RawSocket plain = opened(RawSocket.open(address));
        assertThat(plain.send(call(1, "sum", "[1,2]").getBytes(US_ASCII)).next().utf8())
                .isEqualTo(result(1, "3"));
        RawSocket placed = opened(RawSocket.open(address));
        placed.send("/chat?socket_id=ada".getBytes(US_ASCII));
        assertThat(placed.send(call(2, "where", "[]").getBytes(US_ASCII)).next().utf8())
                .isEqualTo(result(2, "\"ada\""));

        RpcClient client = opened(RpcClient.builder(address, "/chat?socket_id=bob")
                .codec(RpcCodec.MSGPACK)
                .build());
        value(client.connect());
        assertThat(value(client.call("where", null, String.class))).isEqualTo("bob");
    }

    @Test
    void protocolRunsOverPlainTcp() throws Exception {
        Address any = new Address.Tcp("127.0.0.1", 0);
        RpcServer plain = opened(RpcServer.builder().listenOn(any).build());
        plain.method("hi").handle(params -> "there");
        value(plain.listen());
        RpcClient client =
                opened(RpcClient.builder(plain.addresses().get(0), "/").build());
        value(client.connect());
        assertThat(value(client.call("hi", null, String.class))).isEqualTo("there");
    }

    @Test
    void targetOfPlainConnectionIsLimited() throws Exception {
        restart(builder -> builder.listenOn(new Address.Tcp("127.0.0.1", 0)));
        listen();
        Address address = server.addresses().get(1);
        RawSocket fits = opened(RawSocket.open(address));
        fits.send(("/" + "n".repeat(8191)).getBytes(US_ASCII));
        assertThat(fits.send(call(1, "__listMethods", "null").getBytes(US_ASCII))
                        .next()
                        .utf8())
                .contains("__listMethods");
        RawSocket surplus = opened(RawSocket.open(address));
        surplus.send(("/" + "n".repeat(8192)).getBytes(US_ASCII));
        surplus.awaitClosed();
        assertThat(server.namespaces()).hasSize(2);
        assertThat(server.stats().drops()).containsEntry(DropReason.CONNECTION_REFUSED, 1L);
    }

    private void upgradeTo(String host) throws Exception {
        try (RawStream stream = new RawStream(server.port())) {
            stream.upgradeTo(host);
        }
    }

    @Test
    void hostOfLoopbackClientIsChecked() throws Exception {
        listen();
        upgradeTo("localhost:" + server.port());
        assertThatThrownBy(() -> upgradeTo("evil.example:" + server.port())).hasMessageStartingWith("HTTP/1.1 403");
        assertThat(server.stats().drops()).containsEntry(DropReason.HOST_REFUSED, 1L);
        restart(builder -> builder.allowedHosts("chat.example"));
        listen();
        upgradeTo("chat.example");
        assertThatThrownBy(() -> upgradeTo("evil.example")).hasMessageStartingWith("HTTP/1.1 403");
        restart(builder -> builder.compatibility(RpcCompatibility.RPC_WEBSOCKETS_10));
        listen();
        upgradeTo("evil.example");
        assertThatThrownBy(() -> RpcServer.builder().allowedHosts("a b")).isInstanceOf(IllegalArgumentException.class);
    }
}
