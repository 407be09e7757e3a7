package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.websocket.WebSocketHandshake;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our server and our client, each other's peers. */
class WebSocketTest {

    private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();
    private static final CloseReason LOCAL = new CloseReason.Local();

    private @Nullable Sockets opened;

    static Engine[] engines() {
        return SocketTest.engines();
    }

    private Sockets open(Engine engine) {
        Sockets sockets = new Sockets(engine);
        opened = sockets;
        return sockets;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private HttpPort listen(Engine engine) {
        return HttpPort.listen(open(engine).transport, HttpPort.ANY);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void textAndBinaryMessagesTravelBothWays(Engine engine) {
        HttpPort server = listen(engine);
        RecordingHandler caller = server.connect(server.target("/chat?x=1"), DEFAULTS);
        RecordingHandler called = server.next();
        assertThat(Sockets.take(server.upgrades).request().target()).isEqualTo("/chat?x=1");
        caller.link().send(Frame.utf8("hello").asText());
        caller.link().send(Frame.utf8("bytes"));
        caller.link().send(Frame.empty().asText());
        called.link().send(Frame.utf8("welcome").asText());
        called.link().send(Frame.of(new byte[100_000]));
        List<Frame> there = called.awaitFrames(3);
        List<Frame> back = caller.awaitFrames(2);
        assertThat(there).containsExactly(Frame.utf8("hello"), Frame.utf8("bytes"), Frame.empty());
        assertThat(there).extracting(Frame::isText).containsExactly(true, false, true);
        assertThat(back).containsExactly(Frame.utf8("welcome"), Frame.of(new byte[100_000]));
        assertThat(back).extracting(Frame::isText).containsExactly(true, false);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void firstCloseCodeReachesThePeer(Engine engine) {
        HttpPort server = listen(engine);
        RecordingHandler caller = server.connect(server.target("/"), DEFAULTS);
        RecordingHandler called = server.next();
        called.link().send(Frame.utf8("last"));
        called.link().end(4001, "Client pong timed out");
        assertThat(called.link().send(Frame.utf8("too late"))).isFalse();
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Remote(4001, "Client pong timed out"));
        assertThat(called.awaitClosed()).isEqualTo(LOCAL);
        assertThat(caller.frames()).containsExactly(Frame.utf8("last"));
        assertThat(caller.isInputEnded()).isTrue();

        RecordingHandler second = server.connect(server.target("/"), DEFAULTS);
        second.link().end();
        assertThat(server.next().awaitClosed()).isEqualTo(new CloseReason.Remote(1000, ""));
        assertThat(second.awaitClosed()).isEqualTo(LOCAL);

        RecordingHandler third = server.connect(server.target("/"), DEFAULTS);
        third.link().end(0, "");
        assertThat(server.next().awaitClosed()).isEqualTo(new CloseReason.Remote(1005, ""));
        assertThat(third.awaitClosed()).isEqualTo(LOCAL);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void immediateCloseIsAFailureForThePeer(Engine engine) {
        HttpPort server = listen(engine);
        RecordingHandler caller = server.connect(server.target("/"), DEFAULTS);
        server.next().link().close(LOCAL);
        assertThat(caller.awaitClosed()).isInstanceOf(CloseReason.Failed.class);
        RecordingHandler second = server.connect(server.target("/"), DEFAULTS);
        second.link().close(LOCAL);
        assertThat(second.awaitClosed()).isEqualTo(LOCAL);
        assertThat(server.next().awaitClosed()).isInstanceOf(CloseReason.Failed.class);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void messageTooLongFailsItsLinkWith1009(Engine engine) {
        HttpPort server = HttpPort.listen(
                open(engine).transport,
                HttpPort.ANY,
                HttpOptions.defaults(),
                DEFAULTS.withMaxMessageBytes(1000),
                RecordingHandler::new);
        RecordingHandler caller = server.connect(server.target("/"), DEFAULTS);
        RecordingHandler called = server.next();
        caller.link().send(Frame.of(new byte[1000]));
        caller.link().send(Frame.of(new byte[500_000]));
        caller.link().send(Frame.of(new byte[1]));
        assertThat(called.awaitClosed())
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(FrameTooLongException.class));
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Remote(1009, ""));
        assertThat(called.frames()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void textThatIsNoUtf8FailsItsLink(Engine engine) {
        HttpPort server = listen(engine);
        RecordingHandler caller = server.connect(server.target("/"), DEFAULTS);
        caller.link().send(Frame.of(new byte[] {'a', (byte) 0xff}).asText());
        assertThat(server.next().awaitClosed())
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(ProtocolViolationException.class));
        assertThat(caller.awaitClosed()).isEqualTo(new CloseReason.Remote(1007, ""));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void subProtocolIsNegotiated(Engine engine) {
        HttpPort server = listen(engine);
        WebSocketTarget target = server.target("/").withProtocols(List.of("a.v2", "a.v1"));
        RecordingHandler caller = server.connect(target, DEFAULTS);
        assertThat(caller.link().protocol()).contains("a.v2");
        assertThat(server.next().link().protocol()).contains("a.v2");
        assertThat(server.connect(server.target("/"), DEFAULTS).link().protocol())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void unofferedSubProtocolIsAFailure(Engine engine) {
        HttpPort server = listen(engine);
        server.onUpgrade = upgrade -> upgrade.accept(DEFAULTS, "other", link -> new RecordingHandler());
        assertThatThrownBy(() -> server.connect(server.target("/").withProtocols(List.of("mine")), DEFAULTS))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("Server sent an invalid subprotocol: other");
        assertThatThrownBy(() -> server.connect(server.target("/"), DEFAULTS))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("none was requested");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void refusalHasStatusAndBody(Engine engine) {
        HttpPort server = listen(engine);
        server.onUpgrade = upgrade -> upgrade.refuse(WebSocketHandshake.refusal(401, "x".repeat(5000)));
        assertThatThrownBy(() -> server.connect(server.target("/secret?token=1"), DEFAULTS))
                .isInstanceOfSatisfying(UpgradeRefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(401);
                    assertThat(refused.body()).isEqualTo("x".repeat(1024));
                    assertThat(refused).hasMessageContaining("/secret refused");
                });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void compressionNeedsBothSides(Engine engine) {
        WebSocketOptions compressing = DEFAULTS.withCompression(new WebSocketOptions.Compression(100, 6));
        HttpPort server = HttpPort.listen(
                open(engine).transport, HttpPort.ANY, HttpOptions.defaults(), compressing, RecordingHandler::new);
        Frame repeated = Frame.utf8("again and ".repeat(1_000)).asText();
        RecordingHandler both = server.connect(server.target("/"), compressing);
        RecordingHandler called = server.next();
        both.link().send(repeated);
        called.link().send(repeated);
        assertThat(called.awaitFrames(1)).containsExactly(repeated);
        assertThat(both.awaitFrames(1)).containsExactly(repeated);

        RecordingHandler plain = server.connect(server.target("/"), DEFAULTS);
        plain.link().send(repeated);
        assertThat(server.next().awaitFrames(1)).containsExactly(repeated);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void unixSocketsCarryWebSockets(Engine engine) {
        HttpPort server = HttpPort.listen(open(engine).transport, SocketFiles.freshAddress());
        RecordingHandler caller = server.connect(server.target("/x"), DEFAULTS);
        RecordingHandler called = server.next();
        caller.link().send(Frame.utf8("hello"));
        assertThat(called.awaitFrames(1)).containsExactly(Frame.utf8("hello"));
        assertThat(called.link().credentials()).isPresent();
        caller.link().end();
        assertThat(called.awaitClosed()).isEqualTo(new CloseReason.Remote(1000, ""));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void nobodyThereIsUnreachable(Engine engine) {
        HttpPort server = listen(engine);
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://127.0.0.1:1/"), Optional.empty());
        assertThatThrownBy(() -> server.connect(target, DEFAULTS))
                .isInstanceOf(UnreachableException.class)
                .isInstanceOf(HeliographException.class)
                .hasMessageContaining("ECONNREFUSED");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void framesSentInOpenedComeFirst(Engine engine) {
        Sockets sockets = open(engine);
        HttpPort server = HttpPort.listen(
                sockets.transport, HttpPort.ANY, HttpOptions.defaults(), DEFAULTS, () -> new RecordingHandler() {
                    @Override
                    public synchronized RecordingHandler on(Link link) {
                        link.send(Frame.utf8("first"));
                        return super.on(link);
                    }
                });
        RecordingHandler caller = server.connect(server.target("/"), DEFAULTS);
        assertThat(caller.awaitFrames(1)).containsExactly(Frame.utf8("first"));
    }
}
