package io.heliograph.channel.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages and requests of members at a backend, its announcement, and its messages to the members. Over real sockets. */
class MemberBackendTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final RecordingBackend backend = new RecordingBackend();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    private static Payload json(String text) {
        return Payload.of(Codec.named("json"), Frame.of(text.getBytes(UTF_8)));
    }

    private MessageChannel hub(UnaryOperator<MessageChannel.Builder> options) {
        MessageChannel channel =
                MemberBackend.build(options.apply(MessageChannel.builder("m").directory(scratch.folder())), backend);
        scratch.closing(() -> Await.value(channel.closeGracefully(Duration.ofSeconds(2))));
        channel.onError(errors::add);
        Await.value(channel.connect());
        return channel;
    }

    private MessageChannel hub() {
        return hub(builder -> builder);
    }

    private MemberGroup others() {
        return Await.value(backend.others);
    }

    private MessageChannelFixture join() {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder))
                .connected();
    }

    /** Joins, and waits until the hub has announced itself. */
    private MessageChannelFixture joinHub(MessageChannel hub) {
        MessageChannelFixture member = join();
        eventually().until(() -> member.channel.hub().isPresent());
        assertThat(member.channel.hub()).contains(hub.self());
        return member;
    }

    @Test
    void bytesOfMessagesPassOnEventLoop() {
        MessageChannelFixture member = joinHub(hub());
        member.channel.send("n", json("{ \"n\" : 1.50 }"));
        eventually().until(() -> !backend.received.isEmpty());
        assertThat(backend.received).containsExactly("n={ \"n\" : 1.50 }");
        assertThat(others().send("m", json("[ 1e0 ]"))).isTrue();
        assertThat(others().send("nothing", Payload.absent(Codec.named("json"))))
                .isTrue();
        eventually().until(() -> member.messages.size() == 2);
        assertThat(member.messages).containsExactly("m=[ 1e0 ]", "nothing=null");
    }

    @Test
    void hubIsKnownToEarlierAndLaterMembersUntilItLeaves() {
        MessageChannelFixture early = join();
        List<Object> events = new CopyOnWriteArrayList<>();
        early.channel.onHub(events::add);
        assertThat(early.channel.hub()).isEmpty();
        MessageChannel hub = hub();
        MessageChannelFixture late = joinHub(hub);
        eventually().until(() -> !events.isEmpty());
        assertThat(events).containsExactly(hub.self());
        assertThat(early.messages).isEmpty();
        assertThat(late.messages).isEmpty();
        hub.close();
        Await.value(hub.closed());
        eventually().until(() -> early.channel.hub().isEmpty());
        assertThat(late.errors).isEmpty();
    }

    @Test
    void messageToOneMemberReachesNoOther() {
        MessageChannel hub = hub();
        MessageChannelFixture one = joinHub(hub);
        MessageChannelFixture two = joinHub(hub);
        assertThat(backend.peer(one.self()).send("only", json("1"))).isTrue();
        assertThat(others().send("all", json("2"))).isTrue();
        eventually().until(() -> one.messages.size() == 2 && two.messages.size() == 1);
        assertThat(one.messages).containsExactly("only=1", "all=2");
        assertThat(two.messages).containsExactly("all=2");
    }

    @Test
    void requestIsAnsweredWithBytesOfPayload() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        assertThat(Await.value(member.channel.request(hub.self(), "echo", json("[ 1, 2 ]"), long[].class, LONG)))
                .containsExactly(1, 2);
        assertThat(Await.value(member.channel.request(hub.self(), "echo", json("[ 3 ]"), Payload.class, LONG))
                        .text())
                .isEqualTo("[ 3 ]");
        assertThat(backend.received).containsExactly("echo?[ 1, 2 ]", "echo?[ 3 ]");
    }

    @Test
    void failureOfRequestHasNameMessageCodeAndData() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        RequestFailedException failure = (RequestFailedException)
                Await.failure(member.channel.request(hub.self(), "denied", null, Object.class, LONG));
        assertThat(failure).hasMessage("log in first");
        assertThat(failure.name()).isEqualTo("NotAllowedError");
        assertThat(failure.code()).hasValue(7);
        assertThat(failure.data()).isEqualTo(List.of(1L));
    }

    @Test
    void firstAnswerOfRequestCounts() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        CompletableFuture<Integer> answer = member.channel.request(hub.self(), "later", null, Integer.class, LONG);
        eventually().until(() -> !backend.replies.isEmpty());
        backend.replies.getFirst().succeed(1);
        backend.replies.getFirst().succeed(2);
        backend.replies.getFirst().fail(new RequestFailedException("too late"));
        assertThat(Await.value(answer)).isEqualTo(1);
        Await.value(hub.closeGracefully(LONG));
        assertThat(member.channel.stats().drops()).isEmpty();
    }

    @Test
    void failureOfBackendIsReportedAndFailsItsRequest() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        member.channel.send("fail", 1);
        assertThat(Await.failure(member.channel.request(hub.self(), "fail", null, Object.class, LONG)))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the handler failed");
        member.channel.send("next", 2);
        eventually().until(() -> backend.received.contains("next=2") && errors.size() == 2);
        assertThat(errors).allMatch(error -> "the backend failed".equals(error.getMessage()));
    }

    @Test
    void sessionOfMemberEndsWithItsReason() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        member.channel.send("last", 1);
        Await.value(member.channel.closeGracefully(LONG));
        eventually().until(() -> !backend.closed.isEmpty());
        assertThat(backend.received).containsExactly("last=1");
        assertThat(backend.closed).containsExactly(member.self().id() + " LEFT");
        assertThat(backend.peer(member.self()).send("x", json("1"))).isFalse();
    }

    @Test
    void sessionsEndWithTheirChannel() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        Await.value(hub.closeGracefully(LONG));
        assertThat(backend.closed).containsExactly(member.self().id() + " LEFT");
    }

    @Test
    void gracefulCloseAnswersPendingRequestAndRejectsLater() {
        MessageChannel hub = hub();
        MessageChannelFixture member = joinHub(hub);
        CompletableFuture<Integer> pending = member.channel.request(hub.self(), "later", null, Integer.class, LONG);
        eventually().until(() -> !backend.replies.isEmpty());
        CompletableFuture<Void> closed = hub.closeGracefully(LONG);
        assertThat(Await.failure(member.channel.request(hub.self(), "late", null, Integer.class, LONG)))
                .hasMessage("the member is leaving");
        assertThat(closed).isNotDone();
        backend.replies.getFirst().succeed(5);
        assertThat(Await.value(pending)).isEqualTo(5);
        Await.value(closed);
        assertThat(backend.received).containsExactly("later?null");
    }

    @Test
    void undecidedMessageDelaysItsMemberOnly() {
        MessageChannel hub = hub();
        MessageChannelFixture one = joinHub(hub);
        MessageChannelFixture two = joinHub(hub);
        backend.undecided = one.self();
        one.channel.send("one", 1);
        one.channel.send("one", 2);
        eventually().until(() -> backend.decisions.size() == 1);
        two.channel.send("two", 1);
        CompletableFuture<Integer> answer = one.channel.request(hub.self(), "echo", 3, Integer.class, LONG);
        eventually().until(() -> backend.received.contains("two=1"));
        assertThat(backend.received).containsExactly("one=1", "two=1");
        backend.undecided = null;
        backend.decisions.getFirst().completeExceptionally(new IllegalStateException("denied"));
        assertThat(Await.value(answer)).isEqualTo(3);
        assertThat(backend.received).containsExactly("one=1", "two=1", "one=2", "echo?3");
    }

    @Test
    void messagesBehindUndecidedOnePrecedeEndOfSession() {
        MessageChannelFixture member = joinHub(hub());
        backend.undecided = member.self();
        member.channel.send("n", 1);
        member.channel.send("n", 2);
        eventually().until(() -> backend.decisions.size() == 1);
        Await.value(member.channel.closeGracefully(LONG));
        MessageChannelFixture other = join();
        other.channel.send("other", 1);
        eventually().until(() -> backend.received.contains("other=1"));
        assertThat(backend.closed).isEmpty();
        backend.undecided = null;
        backend.decisions.getFirst().complete(null);
        eventually().until(() -> !backend.closed.isEmpty());
        assertThat(backend.received).containsExactly("n=1", "other=1", "n=2");
    }

    @Test
    void messagesBehindUndecidedOnePauseReadingAtTheLimit() {
        MessageChannelFixture member = joinHub(hub(builder -> builder.maxPendingMessages(4)));
        MessageChannelFixture other = join();
        backend.undecided = member.self();
        List<String> expected = new ArrayList<>();
        String padding = "x".repeat(5000);
        for (int i = 0; i < 200; i++) {
            member.channel.send("n", i + padding);
            expected.add("n=\"" + i + padding + "\"");
        }
        eventually().until(() -> backend.decisions.size() == 1);
        other.channel.send("other", 1);
        CompletableFuture<List<String>> meanwhile = new CompletableFuture<>();
        others().loop().schedule(Duration.ofMillis(100), () -> meanwhile.complete(List.copyOf(backend.received)));
        assertThat(Await.value(meanwhile)).hasSize(1);
        assertThat(member.channel.stats().queuedBytes()).isPositive();
        backend.undecided = null;
        backend.decisions.getFirst().complete(null);
        eventually().until(() -> backend.received.size() == 201);
        assertThat(backend.received).containsSubsequence(expected);
    }

    @Test
    void pausedReadingDelaysMessagesAcrossTakeover() {
        MessageChannelFixture first = join();
        MessageChannel hub = hub();
        MessageChannelFixture sender = joinHub(hub);
        others().loop().execute(() -> others().reading(false));
        Await.value(first.channel.closeGracefully(LONG));
        sender.knowing(1);
        eventually().until(() -> sender.channel.isConnected() && hub.isConnected());
        CompletableFuture<Integer> answer = sender.channel.request(hub.self(), "echo", 1, Integer.class, LONG);
        eventually().until(() -> sender.channel.stats().queuedBytes() > 0);
        CompletableFuture<Boolean> isEmpty = new CompletableFuture<>();
        others().loop().schedule(Duration.ofMillis(200), () -> {
            isEmpty.complete(backend.received.isEmpty());
            others().reading(true);
        });
        assertThat(Await.value(isEmpty)).isTrue();
        assertThat(Await.value(answer)).isEqualTo(1);
    }

    @Test
    void readingPausedBeforeConnectionStaysPaused() {
        backend.pausesAtStart = true;
        hub();
        MessageChannelFixture member = join();
        member.channel.send("n", 1);
        CompletableFuture<Boolean> isEmpty = new CompletableFuture<>();
        others().loop().schedule(Duration.ofMillis(200), () -> {
            isEmpty.complete(backend.received.isEmpty());
            others().reading(true);
        });
        assertThat(Await.value(isEmpty)).isTrue();
        eventually().until(() -> !backend.received.isEmpty());
        assertThat(backend.received).containsExactly("n=1");
    }
}
