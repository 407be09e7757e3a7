package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.websocket.WebSocketEncoder;
import io.heliograph.websocket.WebSocketHandshake;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests of the contract of a {@link Transport} with WebSockets: {@link TransportContract}, and the rules of WebSockets only.
 *
 * <p>TLS and limits of {@link #options} apply to the WebSockets; its framing is ignored.
 */
public abstract class WebSocketContract extends TransportContract {

    private static final CloseReason LOCAL = new CloseReason.Local();

    @Override
    final CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, Transport.AcceptHandler handler) {
        return network().listen(address, loop, http(options), new Accepted(options, handler));
    }

    private static HttpOptions http(LinkOptions options) {
        HttpOptions http = HttpOptions.defaults();
        return options.tls().isPresent() ? http.withTls(options.tls().get()) : http;
    }

    private static WebSocketOptions webSocket(LinkOptions options) {
        return WebSocketOptions.defaults()
                .withMaxMessageBytes(options.maxFrameBytes())
                .withQueue(options.maxQueuedBytes(), options.overflow());
    }

    @Override
    final Transport.Attempt connect(
            Address address, EventLoop loop, LinkOptions options, Transport.ConnectHandler handler) {
        return network().connect(target(address, options), loop, webSocket(options), handler);
    }

    private static WebSocketTarget target(Address address, LinkOptions options) {
        return new WebSocketTarget(
                address, "localhost", "/", List.of(), HttpHeaders.empty(), options.connectTimeout(), options.tls());
    }

    @Override
    final CloseReason endedByPeer() {
        return new CloseReason.Remote(1000, "");
    }

    @Override
    final boolean breaksWhenClosedAtOnce() {
        return true;
    }

    @Override
    final int onTheWire(int length) {
        return WebSocketEncoder.client().encodedLength(length);
    }

    /** Accepts every request. */
    private static class Accepted implements HttpAcceptHandler {

        private final LinkOptions options;
        private final Transport.AcceptHandler handler;

        Accepted(LinkOptions options, Transport.AcceptHandler handler) {
            this.options = options;
            this.handler = handler;
        }

        @Override
        public void bound() {
            handler.bound();
        }

        @Override
        public void request(Exchange exchange) {
            exchange.answer(HttpResponse.text(404, "Not Found"));
        }

        @Override
        public void upgrade(Upgrade upgrade) {
            upgrade.accept(webSocket(options), protocol(upgrade), this::opened);
        }

        private static @Nullable String protocol(Upgrade upgrade) {
            return upgrade.protocols().isEmpty() ? null : upgrade.protocols().getFirst();
        }

        private LinkHandler opened(Link link) {
            LinkHandler accepted = handler.accepted(link);
            if (accepted == null) {
                link.close(LOCAL);
                return new RecordingHandler();
            }
            return accepted;
        }

        @Override
        public void failed(HeliographException cause) {
            handler.failed(cause);
        }
    }

    // ---- rules of WebSockets only

    @Test
    void textAndBinaryKeepTheirKind() {
        Pair pair = pair(options(PREFIX));
        for (Link link : List.of(pair.caller().link(), pair.called().link())) {
            link.send(Frame.utf8("\u20ac").asText());
            link.send(Frame.of(new byte[] {(byte) 0xff}));
        }
        for (RecordingHandler end : List.of(pair.caller(), pair.called())) {
            List<Frame> frames = end.awaitFrames(2);
            assertThat(frames.get(0).isText()).isTrue();
            assertThat(frames.get(0).utf8()).isEqualTo("\u20ac");
            assertThat(frames.get(1).isText()).isFalse();
        }
    }

    @Test
    void codeAndTextOfTheFirstCloseFrameReachThePeer() {
        Pair pair = pair(options(PREFIX));
        pair.called().link().send(numbered(1, 10));
        pair.called().link().end(4001, "Client pong timed out");
        assertThat(pair.called().link().send(numbered(2, 10))).isFalse();
        assertThat(pair.caller().awaitClosed()).isEqualTo(new CloseReason.Remote(4001, "Client pong timed out"));
        assertThat(pair.called().awaitClosed()).isEqualTo(LOCAL);
        assertThat(pair.caller().frames()).containsExactly(numbered(1, 10));

        Pair other = pair(options(PREFIX));
        other.caller().link().end(0, "");
        assertThat(other.called().awaitClosed()).isEqualTo(new CloseReason.Remote(1005, ""));
        assertThat(other.caller().awaitClosed()).isEqualTo(LOCAL);
    }

    @Test
    void invalidCloseCodesAreRejected() {
        Pair pair = pair(options(PREFIX));
        assertThatThrownBy(() -> pair.caller().link().end(1006, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1006");
        pair.caller().link().send(numbered(1, 10));
        assertThat(pair.called().awaitFrames(1)).hasSize(1);
    }

    @Test
    void textThatIsNoUtf8FailsItsLink() {
        Pair pair = pair(options(PREFIX));
        pair.caller().link().send(Frame.of(new byte[] {'a', (byte) 0xff}).asText());
        pair.caller().link().send(numbered(1, 10));
        assertThat(pair.called().awaitClosed())
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(ProtocolViolationException.class));
        assertThat(pair.caller().awaitClosed()).isEqualTo(new CloseReason.Remote(1007, ""));
        assertThat(pair.called().frameCount()).isZero();
    }

    @Test
    void messageTooLongIsReportedToItsSender() {
        LinkOptions strict = options(PREFIX).withMaxFrameBytes(1_000);
        Pair pair = pair(options(PREFIX), strict, new RecordingHandler(), new RecordingHandler());
        pair.caller().link().send(numbered(1, 500_000));
        assertThat(pair.caller().awaitClosed()).isEqualTo(new CloseReason.Remote(1009, ""));
        assertThat(pair.called().awaitClosed()).isInstanceOf(CloseReason.Failed.class);
    }

    @Test
    void bothSidesMayEndAtOnce() {
        for (int i = 0; i < 20; i++) {
            Pair pair = pair(options(PREFIX));
            pair.caller().link().end(4000, "");
            pair.called().link().end(4001, "");
            // The side that received the other's close frame first was not first.
            assertThat(pair.caller().awaitClosed()).isIn(LOCAL, new CloseReason.Remote(4001, ""));
            assertThat(pair.called().awaitClosed()).isIn(LOCAL, new CloseReason.Remote(4000, ""));
        }
    }

    @Test
    void subProtocolIsKnownToBothSides() {
        RecordingHandler called = record(new RecordingHandler());
        Acceptor acceptor = listen(freshAddress(), options(PREFIX), () -> called);
        RecordingHandler caller = record(new RecordingHandler());
        CompletableFuture<Link> connected = new CompletableFuture<>();
        network()
                .connect(
                        target(acceptor.address(), options(PREFIX)).withProtocols(List.of("a", "b")),
                        network().nextLoop(),
                        webSocket(options(PREFIX)),
                        telling(caller, connected));
        assertThat(get(connected).protocol()).contains("a");
        assertThat(called.link().protocol()).contains("a");
    }

    @Test
    void refusedRequestClosesTheConnection() {
        Acceptor acceptor = get(network()
                .listen(
                        freshAddress(),
                        null,
                        http(options(PREFIX)),
                        new Accepted(options(PREFIX), new Accepting(link -> null)) {
                            @Override
                            public void upgrade(Upgrade upgrade) {
                                note(upgrade.loop());
                                upgrade.refuse(WebSocketHandshake.refusal(
                                        403, upgrade.request().target()));
                            }
                        }));
        CompletableFuture<Link> connected = new CompletableFuture<>();
        network()
                .connect(
                        target(acceptor.address(), options(PREFIX)),
                        network().nextLoop(),
                        webSocket(options(PREFIX)),
                        telling(new RecordingHandler(), connected));
        assertThatThrownBy(() -> get(connected)).isInstanceOfSatisfying(UpgradeRefusedException.class, refused -> {
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).isEqualTo("/");
        });
        await("the connection to be closed", () -> acceptor.openConnections() == 0);
    }

    @Test
    void acceptorEndsItsConnections() {
        Pair pair = pair(options(PREFIX));
        assertThat(pair.acceptor().openConnections()).isEqualTo(1);
        assertThat(pair.acceptor().acceptedConnections()).isEqualTo(1);
        get(pair.acceptor().end(Duration.ofSeconds(10)));
        assertThat(pair.caller().awaitClosed()).isEqualTo(new CloseReason.Remote(1001, ""));
        assertThat(pair.called().awaitClosed()).isEqualTo(LOCAL);
        assertThat(pair.acceptor().openConnections()).isZero();
    }

    private Transport.ConnectHandler telling(RecordingHandler handler, CompletableFuture<Link> connected) {
        return new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                note(link.loop());
                connected.complete(link);
                return handler.on(link);
            }

            @Override
            public void failed(HeliographException cause) {
                connected.completeExceptionally(cause);
            }
        };
    }
}
