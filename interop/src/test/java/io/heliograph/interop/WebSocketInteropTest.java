package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.web.WebServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our WebSockets and those of the npm package ws. */
class WebSocketInteropTest {

    private final Transports.Lease lease = Transports.acquire();

    @AfterEach
    void release() throws Exception {
        lease.release().get(10, TimeUnit.SECONDS);
    }

    private static WebSocketOptions options(boolean deflate) {
        WebSocketOptions options =
                WebSocketOptions.defaults().withMaxMessageBytes(10 << 20).withQueue(20 << 20, Overflow.CLOSE);
        return deflate ? options.withCompression(new WebSocketOptions.Compression(10, 6)) : options;
    }

    /** Echoes each message. */
    private static final class Echo extends RecordingHandler {
        @Override
        public void frame(Link link, Frame frame) {
            super.frame(link, frame);
            link.send(frame);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wsClientTalksToOurServer(boolean deflate) throws Exception {
        Echo echo = new Echo();
        try (WebServer server = WebServer.builder().host("127.0.0.1").port(0).build()) {
            server.attach(
                    "/x",
                    upgrade ->
                            upgrade.accept(options(deflate), upgrade.protocols().get(1), echo::on));
            server.listen().get(10, TimeUnit.SECONDS);
            try (PeerProcess client =
                    PeerProcess.npmWebSocket("url", "ws://127.0.0.1:" + server.port() + "/x", "deflate", deflate)) {
                PeerEvent open = client.next("open");
                assertThat(open.get("protocol")).isEqualTo("two");
                assertThat(open.get("extensions")).isEqualTo(deflate ? "permessage-deflate" : "");
                client.command("send", "text", "h\u00e4llo".repeat(10));
                assertThat(client.next("message").get("message")).isEqualTo("h\u00e4llo".repeat(10));
                client.command("send", "bytes", 3_000_000);
                PeerEvent bytes = client.next("message");
                assertThat(bytes.get("binary")).isEqualTo(true);
                assertThat(bytes.get("length")).isEqualTo(3_000_000);
                client.command("fragments", "parts", List.of("one", "two", "three"));
                assertThat(client.next("message").get("message")).isEqualTo("onetwothree");
                client.command("ping", "text", "anybody?");
                assertThat(client.next("pong").get("text")).isEqualTo("anybody?");
                client.command("close", "code", 4321, "reason", "w\u00f6rds");
                assertThat(echo.awaitClosed()).isEqualTo(new CloseReason.Remote(4321, "w\u00f6rds"));
                assertThat(client.next("close").fields())
                        .containsAllEntriesOf(Map.of("code", 4321, "reason", "w\u00f6rds"));
            }
        }
    }

    /** Options with which ws refuses clients that do not offer what it insists on. */
    private static Stream<Map<String, Object>> insistentServers() {
        return Stream.of(
                Map.of("clientMaxWindowBits", 15),
                Map.of("clientMaxWindowBits", 10),
                Map.of("clientMaxWindowBits", 9),
                Map.of("serverNoContextTakeover", false),
                Map.of("serverNoContextTakeover", false, "clientMaxWindowBits", 12),
                Map.of("serverMaxWindowBits", 9),
                Map.of("clientNoContextTakeover", false),
                Map.of("clientNoContextTakeover", true, "serverNoContextTakeover", true));
    }

    @ParameterizedTest
    @MethodSource("insistentServers")
    void ourClientCompressesWithInsistentWsServers(Map<String, Object> options) throws Exception {
        ourClientTalksToWsServer(options, true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ourClientTalksToWsServer(boolean deflate) throws Exception {
        ourClientTalksToWsServer(deflate, deflate);
    }

    private void ourClientTalksToWsServer(Object serverOptions, boolean deflate) throws Exception {
        try (PeerProcess server = PeerProcess.npmWebSocket("deflate", serverOptions)) {
            Object port = server.next("listening").get("port");
            RecordingHandler handler = new RecordingHandler();
            CompletableFuture<Link> connected = new CompletableFuture<>();
            WebSocketTarget target = WebSocketTarget.of(URI.create("ws://127.0.0.1:" + port + "/"), Optional.empty())
                    .withProtocols(List.of("mine"));
            Transport transport = lease.transport();
            transport.connect(target, transport.nextLoop(), options(deflate), new Transport.ConnectHandler() {
                @Override
                public LinkHandler connected(Link link) {
                    connected.complete(link);
                    return handler.on(link);
                }

                @Override
                public void failed(HeliographException cause) {
                    connected.completeExceptionally(cause);
                }
            });
            Link link = connected.get(10, TimeUnit.SECONDS);
            assertThat(link.protocol()).contains("mine");
            assertThat(server.next("open").get("extensions")).isEqualTo(deflate ? "permessage-deflate" : "");
            // Its second half refers to the first one, over a distance beyond small windows.
            String half = new Random(1)
                    .ints(20_000, 0x21, 0x7f)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            Frame text = Frame.utf8("w\u00f6rld " + half + half).asText();
            Frame small = Frame.utf8("small ".repeat(20)).asText();
            link.send(text);
            link.send(Frame.of(new byte[2_000_000]));
            link.send(small);
            link.send(small);
            List<Frame> echoed = handler.awaitFrames(4);
            assertThat(echoed).containsExactly(text, Frame.of(new byte[2_000_000]), small, small);
            assertThat(echoed).extracting(Frame::isText).containsExactly(true, false, true, true);
            server.command("close", "code", 3456, "reason", "bye");
            assertThat(handler.awaitClosed()).isEqualTo(new CloseReason.Remote(3456, "bye"));
            assertThat(server.await("close").get("code")).isEqualTo(3456);
        }
    }
}
