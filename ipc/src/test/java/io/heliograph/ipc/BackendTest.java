package io.heliograph.ipc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.ipc.spi.IpcFormat;
import io.heliograph.ipc.spi.IpcPeer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Servers with a backend. */
class BackendTest {

    private static final Codec JSON = Codec.named("json");

    private final Memory memory = new Memory();
    private final IpcFormat format = new IpcFormat(JSON);
    private final List<RecordingSession> sessions = new ArrayList<>();
    private Function<String, CompletionStage<Void>> decision = topic -> IpcBackend.ACCEPTED;
    private PendingPublications.Policy policy = PendingPublications.Policy.CLOSE;
    private CompletionStage<Void> answered = IpcBackend.ACCEPTED;

    /** Session that records its messages as {@code topic payload}. */
    private final class RecordingSession implements IpcBackend.Session {

        final IpcPeer peer;
        final List<String> messages = new ArrayList<>();
        final Map<DropReason, Integer> dropped = new EnumMap<>(DropReason.class);
        final List<CloseReason> closed = new ArrayList<>();

        RecordingSession(IpcPeer peer) {
            this.peer = peer;
            sessions.add(this);
        }

        @Override
        public CompletionStage<Void> message(String topic, Payload payload, int bytes) {
            assertThat(memory.loop.inLoop()).isTrue();
            messages.add(topic + (payload.isPresent() ? " " + payload : ""));
            return decision.apply(topic);
        }

        @Override
        public CompletionStage<Void> inputEnded() {
            messages.add("end");
            return answered;
        }

        @Override
        public Frame frame(PendingPublications.Gap gap) {
            return format.frame("#gap", json("\"" + gap.channel() + " " + gap.position() + " " + gap.reason() + "\""));
        }

        @Override
        public void dropped(DropReason reason, int publications) {
            dropped.merge(reason, publications, Integer::sum);
        }

        @Override
        public void closed(CloseReason reason) {
            closed.add(reason);
        }
    }

    private Recorded<IpcServer> listening(IpcServer.Builder builder) {
        Recorded<IpcServer> server = Recorded.server(IpcBackend.build(builder, new IpcBackend() {
            @Override
            public PendingPublications.Policy slowConsumers() {
                return policy;
            }

            @Override
            public IpcBackend.Session connected(IpcPeer peer) {
                return new RecordingSession(peer);
            }
        }));
        server.endpoint.listen();
        memory.run();
        return server;
    }

    private static Payload json(String text) {
        return Payload.of(JSON, Frame.utf8(text));
    }

    @Test
    void backendReceivesMessagesInPlaceOfListeners() {
        Recorded<IpcServer> server = listening(memory.server());
        memory.connect()
                .send("{\"topic\":\"a\",\"message\":{\"n\":1}}|{\"topic\":\"b\",\"message\":null}|{\"topic\":\"c\"}|");
        assertThat(sessions.getFirst().messages).containsExactly("a {\"n\":1}", "b null", "c");
        assertThat(server.events).containsExactly("listening", "connection");
        assertThat(server.endpoint.stats().messagesReceived()).isEqualTo(3);
        assertThat(sessions.getFirst().peer.id())
                .isEqualTo(server.clients.getFirst().id());
    }

    @Test
    void undecidedMessageDelaysOnlyItsConnection() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        decision = topic -> topic.equals("wait") ? decided : IpcBackend.ACCEPTED;
        listening(memory.server());
        RawPeer first = memory.connect();
        RawPeer second = memory.connect();
        first.send("{\"topic\":\"wait\"}|{\"topic\":\"b\"}|{\"topic\":\"c\"}|");
        first.send("{\"topic\":\"d\"}|");
        second.send("{\"topic\":\"x\"}|");
        assertThat(sessions.get(0).messages).containsExactly("wait");
        assertThat(sessions.get(1).messages).containsExactly("x");
        decided.complete(null);
        memory.run();
        assertThat(sessions.get(0).messages).containsExactly("wait", "b", "c", "d");
    }

    @Test
    void readingPausesWhileMessageIsUndecided() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        decision = topic -> decided;
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = listening(memory.server());
        RawPeer peer = memory.connect();
        for (int i = 0; i < 50; i++) {
            peer.send("{\"topic\":\"a\"}|");
        }
        assertThat(server.endpoint.stats().messagesReceived()).isLessThan(10);
        decided.complete(null);
        memory.run();
        assertThat(server.endpoint.stats().messagesReceived()).isEqualTo(50);
        assertThat(sessions.getFirst().messages).hasSize(50);
    }

    @Test
    void failedDecisionIsReportedAndNextMessageFollows() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        decision = topic -> topic.equals("a") ? decided : IpcBackend.ACCEPTED;
        Recorded<IpcServer> server = listening(memory.server());
        memory.connect().send("{\"topic\":\"a\"}|{\"topic\":\"b\"}|");
        decided.completeExceptionally(new IllegalStateException("no"));
        memory.run();
        assertThat(sessions.getFirst().messages).containsExactly("a", "b");
        assertThat(server.errors).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void exceptionOfBackendClosesItsConnection() {
        decision = topic -> {
            throw new IllegalStateException("defect");
        };
        Recorded<IpcServer> server = listening(memory.server());
        RawPeer peer = memory.connect();
        RawPeer other = memory.connect();
        peer.send("{\"topic\":\"a\"}|{\"topic\":\"b\"}|");
        assertThat(peer.inputEnded).isTrue();
        assertThat(other.inputEnded).isFalse();
        assertThat(sessions.getFirst().messages).containsExactly("a");
        assertThat(sessions.getFirst().closed).hasSize(1);
        assertThat(server.errors).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void frameIsSharedByConnections() {
        Recorded<IpcServer> server = listening(memory.server());
        RawPeer first = memory.connect();
        RawPeer second = memory.connect();
        Frame frame = format.frame("jobs/7", json("{\"n\":1}"));
        sessions.forEach(session -> assertThat(session.peer.send(frame)).isTrue());
        memory.run();
        byte[] expected = "{\"topic\":\"jobs/7\",\"message\":{\"n\":1}}\0\0".getBytes(UTF_8);
        assertThat(first.received()).isEqualTo(expected);
        assertThat(second.received()).isEqualTo(expected);
        assertThat(server.endpoint.stats().messagesSent()).isEqualTo(2);
    }

    @Test
    void absentPayloadLeavesMessageOut() {
        assertThat(format.frame("a", Payload.absent(JSON)).utf8()).isEqualTo("{\"topic\":\"a\"}");
        assertThat(format.frame("a", json("null")).utf8()).isEqualTo("{\"topic\":\"a\",\"message\":null}");
        assertThat(format.frame("\"\0", json("1")).utf8()).isEqualTo("{\"topic\":\"\\\"\\u0000\",\"message\":1}");
    }

    @Test
    void topicsOfEqualHashAreDistinct() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        for (String topic : List.of("Aa", "BB", "Aa")) {
            assertThat(format.frame(topic, json("1")).utf8()).isEqualTo("{\"topic\":\"" + topic + "\",\"message\":1}");
        }
    }

    @Test
    void stalledPeerIsClosedAtQueueLimit() {
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = listening(memory.server().maxQueuedBytes(1000));
        RawPeer peer = memory.connect();
        peer.link().reading(false);
        IpcPeer stalled = sessions.getFirst().peer;
        assertThat(stalled.maxQueuedBytes()).isEqualTo(1000);
        Frame frame = format.frame("a", json("\"" + "x".repeat(200) + "\""));
        int accepted = 0;
        while (stalled.send(frame)) {
            accepted++;
            memory.run();
            assertThat(stalled.queuedBytes()).isLessThanOrEqualTo(1000);
        }
        memory.run();
        assertThat(accepted).isBetween(4, 6);
        assertThat(sessions.getFirst().closed).singleElement().isInstanceOf(CloseReason.Failed.class);
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(stalled.send(frame)).isFalse();
    }

    @Test
    void gapIsSentAtOnceToAFastPeer() {
        listening(memory.server());
        RawPeer peer = memory.connect();
        sessions.getFirst().peer.gap(new PendingPublications.Gap("a", "e:7", "too-old"));
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"#gap\",\"message\":\"a e:7 too-old\"}");
    }

    @Test
    void runningCallsPauseReading() {
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = listening(memory.server().maxPendingMessages(2));
        RawPeer peer = memory.connect();
        IpcPeer ours = sessions.getFirst().peer;
        ours.callStarted(10);
        ours.callStarted(10);
        for (int i = 0; i < 50; i++) {
            peer.send("{\"topic\":\"a\"}|");
        }
        assertThat(server.endpoint.stats().messagesReceived()).isLessThan(10);
        ours.callEnded(10);
        memory.run();
        assertThat(server.endpoint.stats().messagesReceived()).isEqualTo(50);
    }

    @Test
    void closedConnectionReleasesItsCalls() {
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = listening(memory.server().maxPendingBytes(100));
        memory.connect();
        sessions.getFirst().peer.callStarted(100);
        sessions.getFirst().peer.close();
        memory.advance(5000);
        RawPeer second = memory.connect();
        sessions.getLast().peer.callStarted(60);
        for (int i = 0; i < 50; i++) {
            second.send("{\"topic\":\"a\"}|");
        }
        assertThat(server.endpoint.stats().messagesReceived()).isEqualTo(50);
        // A late answer does not release the bytes again.
        sessions.getFirst().peer.callEnded(100);
        memory.run();
        sessions.getLast().peer.callStarted(40);
        second.send("{\"topic\":\"a\"}|".repeat(50));
        assertThat(server.endpoint.stats().messagesReceived()).isLessThan(100);
    }

    @Test
    void pausedPeerIsReadAfterResume() {
        Recorded<IpcServer> server = listening(memory.server());
        RawPeer peer = memory.connect();
        sessions.getFirst().peer.pause();
        peer.send("{\"topic\":\"a\"}|");
        assertThat(server.endpoint.stats().messagesReceived()).isZero();
        sessions.getFirst().peer.resume();
        memory.run();
        assertThat(sessions.getFirst().messages).containsExactly("a");
    }

    @Test
    void outputEndsAfterAnswers() {
        CompletableFuture<Void> answers = new CompletableFuture<>();
        answered = answers;
        listening(memory.server());
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"#call\",\"message\":{\"id\":1}}|").end();
        assertThat(sessions.getFirst().messages).endsWith("end");
        assertThat(peer.inputEnded).isFalse();
        sessions.getFirst().peer.send(format.frame("#reply", json("{\"id\":1}")));
        answers.complete(null);
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"#reply\",\"message\":{\"id\":1}}");
        assertThat(peer.inputEnded).isTrue();
        assertThat(sessions.getFirst().closed).singleElement().isInstanceOf(CloseReason.Remote.class);
    }

    @Test
    void connectionWithoutAnswerEndsAfterLinger() {
        answered = new CompletableFuture<>();
        listening(memory.server());
        RawPeer peer = memory.connect().end();
        memory.advance(4999);
        assertThat(peer.isClosed()).isFalse();
        memory.advance(1);
        assertThat(peer.isClosed()).isTrue();
    }

    @Test
    void customTranscoderIsRefused() {
        Transcoder transcoder = Transcoder.text(UTF_8, () -> (topic, message) -> topic, () -> chunk -> List.of());
        assertThatThrownBy(() -> IpcBackend.build(memory.server().transcoder(transcoder), RecordingSession::new))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("transcoder: a custom wire format (expected: none in a server with a backend)");
    }

    @Test
    void backendNeedsNoThreadForMessages() {
        listening(memory.server().dispatch(Dispatch.on(task -> {})));
        memory.connect().send("{\"topic\":\"a\"}|");
        assertThat(sessions.getFirst().messages).containsExactly("a");
    }

    @SuppressWarnings("NullAway.Init") // assigned by publishToStalledPeer
    private Recorded<IpcServer> stalled;

    /** Publishes ten publications of 200 bytes, to two channels in turn, to a peer that does not read; then lets the peer read. */
    private List<String> publishToStalledPeer(int limit) {
        memory.transport.pipeBytes(1);
        stalled = listening(memory.server().maxQueuedBytes(limit));
        RawPeer peer = memory.connect();
        peer.link().reading(false);
        for (int i = 0; i < 10; i++) {
            String channel = i % 2 == 0 ? "a" : "b";
            sessions.getFirst()
                    .peer
                    .publish(channel, "e:" + i, format.frame(channel, json(i + " ".repeat(200 - 2 - 25))));
            memory.run();
            assertThat(stalled.endpoint.stats().queuedBytes()).isLessThanOrEqualTo(limit);
        }
        sessions.getFirst().peer.send(format.frame("last", json("1")));
        peer.link().reading(true);
        memory.run();
        return peer.frames().stream().map(frame -> frame.replace(" ", "")).toList();
    }

    @Test
    void oldestPublicationsAreDroppedAndBecomeGaps() {
        policy = PendingPublications.Policy.DROP_OLDEST;
        List<String> frames = publishToStalledPeer(1000);
        assertThat(frames)
                .containsExactly(
                        "{\"topic\":\"a\",\"message\":0}",
                        "{\"topic\":\"b\",\"message\":1}",
                        "{\"topic\":\"last\",\"message\":1}",
                        "{\"topic\":\"#gap\",\"message\":\"be:7queue-full\"}",
                        "{\"topic\":\"#gap\",\"message\":\"ae:8queue-full\"}",
                        "{\"topic\":\"b\",\"message\":9}");
        assertThat(sessions.getFirst().dropped).containsExactly(Map.entry(DropReason.DROPPED_OLDEST, 7));
        assertThat(stalled.endpoint.stats().drops()).containsEntry(DropReason.DROPPED_OLDEST, 7L);
        assertThat(stalled.endpoint.stats().queuedBytes()).isZero();
        assertThat(stalled.errors).singleElement().isInstanceOf(QueueFullException.class);
    }

    @Test
    void newestPublicationOfEachChannelIsKept() {
        policy = PendingPublications.Policy.CONFLATE;
        List<String> frames = publishToStalledPeer(2000);
        assertThat(frames)
                .endsWith("{\"topic\":\"a\",\"message\":8}", "{\"topic\":\"b\",\"message\":9}")
                .doesNotContain("{\"topic\":\"a\",\"message\":6}", "{\"topic\":\"b\",\"message\":7}");
        assertThat(stalled.endpoint.stats().drops()).containsKey(DropReason.CONFLATED);
    }

    @Test
    void peerIsClosedWhenNewestPublicationsExceedLimit() {
        policy = PendingPublications.Policy.CONFLATE;
        memory.transport.pipeBytes(1);
        Recorded<IpcServer> server = listening(memory.server().maxQueuedBytes(1000));
        RawPeer peer = memory.connect();
        peer.link().reading(false);
        IpcPeer slow = sessions.getFirst().peer;
        int accepted = 0;
        while (slow.publish("c" + accepted, null, format.frame("a", json("\"" + "x".repeat(170) + "\"")))) {
            accepted++;
            memory.run();
        }
        assertThat(accepted).isBetween(3, 5);
        memory.run();
        assertThat(sessions.getFirst().closed).singleElement().isInstanceOf(CloseReason.Failed.class);
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L);
        assertThat(slow.queuedBytes()).isZero();
        assertThat(server.endpoint.stats().queuedBytes()).isZero();
    }

    @Test
    void publicationsOfForgottenChannelAreNotSent() {
        policy = PendingPublications.Policy.DROP_OLDEST;
        memory.transport.pipeBytes(1);
        Recorded<IpcServer> server = listening(memory.server().maxQueuedBytes(1400));
        RawPeer peer = memory.connect();
        peer.link().reading(false);
        IpcPeer slow = sessions.getFirst().peer;
        for (String channel : List.of("a", "a", "a", "b", "c")) {
            slow.publish(channel, null, format.frame(channel, json("\"" + "x".repeat(170) + "\"")));
            memory.run();
        }
        long before = server.endpoint.stats().queuedBytes();
        slow.gap(new PendingPublications.Gap("c", "e:9", "too-old"));
        slow.forget("b");
        assertThat(server.endpoint.stats().queuedBytes()).isLessThan(before);
        peer.link().reading(true);
        memory.run();
        assertThat(peer.frames().stream().map(frame -> frame.substring(10, 11)))
                .containsExactly("a", "a", "a", "c", "#");
    }
}
