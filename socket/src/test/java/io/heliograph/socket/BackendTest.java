package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.socket.spi.SocketPeer;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.testkit.StubLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Servers with a backend. */
class BackendTest {

    private static final Codec JSON = Codec.named("json");

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<RecordingSession> sessions = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private CompletionStage<Void> result = SocketBackend.ACCEPTED;
    private CompletionStage<Void> answered = SocketBackend.ACCEPTED;

    /** Session that records its values. */
    private final class RecordingSession implements SocketBackend.Session {

        final SocketPeer peer;
        final List<String> values = new ArrayList<>();
        final List<CloseReason> closed = new ArrayList<>();

        RecordingSession(SocketPeer peer) {
            this.peer = peer;
            sessions.add(this);
        }

        private CompletionStage<Void> add(String value) {
            if (value.contains("13")) {
                throw new IllegalStateException("defect");
            }
            values.add(value);
            return result;
        }

        @Override
        public CompletionStage<Void> numbers(double[] numbers) {
            return add("doubles " + Arrays.toString(numbers));
        }

        @Override
        public CompletionStage<Void> numbers(long[] numbers) {
            return add("longs " + Arrays.toString(numbers));
        }

        @Override
        public CompletionStage<Void> string(String value) {
            return add("string " + value);
        }

        @Override
        public CompletionStage<Void> json(Payload value) {
            assertThat(value.isWellFormed()).isTrue();
            return add("json " + value);
        }

        @Override
        public CompletionStage<Void> image(Frame file) {
            return add("image " + file.length());
        }

        @Override
        public CompletionStage<Void> inputEnded() {
            values.add("end");
            return answered;
        }

        @Override
        public void closed(CloseReason reason) {
            closed.add(reason);
        }
    }

    /** Connection without a network. */
    private final class Peer {

        final StubLink link = new StubLink(loop);
        final DefaultSocketServer server;
        final SocketConnection connection;
        final RecordingSession session;

        Peer(SocketServer.Builder builder) {
            this((DefaultSocketServer)
                    SocketBackend.build(builder.dispatch(Dispatch.on(Runnable::run)), RecordingSession::new));
        }

        Peer(DefaultSocketServer server) {
            this.server = server;
            SocketEvents socket = new SocketEvents(server, server.errors);
            socket.errors().on(error -> events.add("error " + error.getMessage()));
            socket.onData(value -> events.add("data " + value));
            connection = new SocketConnection(server, link, socket, reason -> {});
            link.notifying(connection);
            connection.open();
            session = sessions.getLast();
        }

        Peer chunk(String hex) {
            connection.frame(link, Frame.of(ConnectionHarness.hex(hex)));
            loop.runReady();
            return this;
        }

        Peer text(String text) {
            connection.frame(link, Frame.of(text.getBytes(StandardCharsets.UTF_8)));
            loop.runReady();
            return this;
        }
    }

    @Test
    void numbersArriveInPrimitiveArrays() {
        assertThat(new Peer(ConnectionHarness.framed(DataType.INT))
                        .chunk("08 00000001 fffffffe 04 00000003")
                        .session
                        .values)
                .containsExactly("longs [1, -2]", "longs [3]");
        assertThat(new Peer(ConnectionHarness.framed(DataType.DOUBLE)).chunk("08 3ff8000000000000").session.values)
                .containsExactly("doubles [1.5]");
        assertThat(new Peer(ConnectionHarness.framed(DataType.FLOAT)).chunk("04 3fc00000").session.values)
                .containsExactly("doubles [1.5]");
        assertThat(new Peer(ConnectionHarness.framed(DataType.UNSIGNED_BYTE)).chunk("02 ff01").session.values)
                .containsExactly("longs [255, 1]");
        assertThat(events).isEmpty();
    }

    @Test
    void rawChunkIsOneArray() {
        Peer peer = new Peer(ConnectionHarness.raw(DataType.SHORT))
                .chunk("0001 0002 00")
                .chunk("03");
        assertThat(peer.session.values).containsExactly("longs [1, 2]", "longs [3]");
        assertThat(peer.server.stats().messagesReceived()).isEqualTo(2);
    }

    @Test
    void stringsJsonAndImagesArriveUndecoded() {
        assertThat(new Peer(ConnectionHarness.framed(DataType.STRING)).chunk("03 61c3a9 00").session.values)
                .containsExactly("string aé", "string ");
        assertThat(new Peer(ConnectionHarness.raw(DataType.JSON)).text("{\"n\":1}[2] 3 ").session.values)
                .containsExactly("json {\"n\":1}", "json [2]", "json 3");
        assertThat(new Peer(ConnectionHarness.framed(DataType.IMAGE)).chunk("03 ffd8ff").session.values)
                .containsExactly("image 3");
    }

    @Test
    void malformedJsonIsReported() {
        Peer framed = new Peer(ConnectionHarness.framed(DataType.JSON)).chunk("01 7b 01 31");
        assertThat(framed.session.values).containsExactly("json 1");
        assertThat(framed.server.stats().drops()).containsEntry(DropReason.DECODE_ERROR, 1L);
        assertThat(events).singleElement().asString().startsWith("error Received corrupted JSON: ");
        Peer raw = new Peer(ConnectionHarness.raw(DataType.JSON)).text("{1} 2 ");
        assertThat(raw.session.values).isEmpty();
        assertThat(raw.session.closed).hasSize(1);
        assertThat(raw.link.reason()).isInstanceOf(CloseReason.Failed.class);
    }

    @Test
    void deferredValueHoldsLaterOnes() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        result = decided;
        Peer peer = new Peer(ConnectionHarness.framed(DataType.BYTE))
                .chunk("01 01 01 02")
                .chunk("01 03");
        assertThat(peer.session.values).containsExactly("longs [1]");
        result = SocketBackend.ACCEPTED;
        decided.complete(null);
        loop.runReady();
        assertThat(peer.session.values).containsExactly("longs [1]", "longs [2]", "longs [3]");
    }

    @Test
    void exceptionOfBackendClosesItsConnection() {
        Peer peer = new Peer(ConnectionHarness.framed(DataType.BYTE)).chunk("01 0d 01 02");
        loop.runReady();
        assertThat(peer.session.values).isEmpty();
        assertThat(peer.session.closed).containsExactly(new CloseReason.Local());
        assertThat(events).containsExactly("error defect");
    }

    @Test
    void frameIsSharedByConnections() {
        Peer first = new Peer(ConnectionHarness.framed(DataType.BYTE).send(DataType.INT));
        Peer second = new Peer(first.server);
        assertThat(second.session.peer.format()).isSameAs(first.session.peer.format());
        Frame frame = first.session.peer.format().frame(Payload.of(JSON, Frame.utf8("[1,2]")));
        assertThat(first.session.peer.send(frame)).isTrue();
        assertThat(second.session.peer.send(frame)).isTrue();
        assertThat(second.link.sent()).singleElement().isSameAs(frame);
        assertThat(ConnectionHarness.hex(frame.toByteArray())).isEqualTo("080000000100000002");
        assertThat(first.server.stats().messagesSent()).isEqualTo(2);
        assertThat(first.session.peer.remoteAddress().toString())
                .isEqualTo(first.link.peer().toString());
    }

    @Test
    void outputEndsAfterAnswers() {
        CompletableFuture<Void> answers = new CompletableFuture<>();
        answered = answers;
        Peer peer = new Peer(ConnectionHarness.framed(DataType.BYTE)).chunk("01 01");
        peer.connection.inputEnded(peer.link);
        loop.runReady();
        assertThat(peer.session.values).containsExactly("longs [1]", "end");
        assertThat(peer.connection.isOpen()).isTrue();
        answers.complete(null);
        assertThat(peer.connection.isOpen()).isFalse();
        assertThat(peer.session.peer.send(Frame.empty())).isFalse();
    }

    @Test
    void closedConnectionReleasesItsCallsAndReceivesNothing() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        result = decided;
        Peer peer = new Peer(ConnectionHarness.framed(DataType.BYTE).maxPendingBytes(100)).chunk("01 01 01 02");
        peer.session.peer.callStarted(100);
        assertThat(peer.server.pending.pendingBytes()).isEqualTo(100);
        peer.link.close(new CloseReason.Local());
        loop.runReady();
        assertThat(peer.server.pending.pendingBytes()).isZero();
        peer.session.peer.callEnded(100);
        decided.complete(null);
        loop.runReady();
        assertThat(peer.server.pending.pendingBytes()).isZero();
        assertThat(peer.session.values).containsExactly("longs [1]");
    }

    @Test
    void connectionWithoutAnswerEndsAfterLinger() {
        answered = new CompletableFuture<>();
        Peer peer = new Peer(ConnectionHarness.framed(DataType.BYTE).linger(Duration.ofSeconds(2)));
        peer.connection.inputEnded(peer.link);
        loop.advance(Duration.ofMillis(1999));
        assertThat(peer.link.reason()).isNull();
        loop.advance(Duration.ofMillis(1));
        assertThat(peer.link.reason()).isNotNull();
    }
}
