package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.ChannelMessage;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.MissedMessagesException;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.SlowConsumer;
import io.heliograph.codec.CodecException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Delivery, requests, slow members and life cycle of message channels. The members share this process. */
class MessageChannelTest {

    record Build(int number, String name) {}

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private MessageChannelFixture join(UnaryOperator<MessageChannel.Builder> options) {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), options))
                .connected();
    }

    private MessageChannelFixture join() {
        return join(builder -> builder);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void broadcastReachesAllOtherMembersOnceAndInOrder(Rendezvous rendezvous) {
        UnaryOperator<MessageChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        MessageChannelFixture one = join(kind);
        MessageChannelFixture two = join(kind);
        MessageChannelFixture three = join(kind);
        List.of(one, two, three).forEach(member -> member.knowing(2));
        assertThat(one.channel.isHosting()).isTrue();
        assertThat(two.channel.host()).contains(one.self());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            assertThat(two.channel.send("n", i)).isTrue();
            expected.add("n=" + i);
        }
        eventually().until(() -> three.messages.size() >= 1000 && one.messages.size() >= 1000);
        assertThat(one.messages).isEqualTo(expected);
        assertThat(three.messages).isEqualTo(expected);
        assertThat(two.messages).isEmpty();
        eventually().until(() -> two.channel.stats().queuedBytes() == 0);
        assertThat(two.channel.stats().messagesSent()).isEqualTo(1000);
    }

    @Test
    void topicListenersReceiveDecodedValues() throws Exception {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        CompletableFuture<Build> got = new CompletableFuture<>();
        CompletableFuture<Member> from = new CompletableFuture<>();
        one.channel.topic("finished", Build.class).on((build, member) -> {
            got.complete(build);
            from.complete(member);
        });
        one.channel.topic("finished", Integer.class).on((number, member) -> {});
        two.channel.send("finished", new Build(42, "green"));
        assertThat(Await.value(got)).isEqualTo(new Build(42, "green"));
        assertThat(Await.value(from)).isEqualTo(two.self());
        eventually().until(() -> one.errors.size() == 1);
        assertThat(one.errors.getFirst()).isInstanceOf(CodecException.class);
    }

    @Test
    void messagesSentBeforeConnectReachPresentMembers() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder));
        two.channel.send("early", 1);
        two.channel.send("early", 2);
        two.connected();
        two.channel.send("early", 3);
        eventually().until(() -> one.messages.size() == 3);
        assertThat(one.messages).containsExactly("early=1", "early=2", "early=3");
    }

    @Test
    void directMessageReachesOneMember() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        MessageChannelFixture three = join();
        three.knowing(2);
        assertThat(three.channel.send(one.self(), "a", "for one")).isTrue();
        three.channel.send("b", "for all");
        eventually().until(() -> one.messages.size() == 2 && two.messages.size() == 1);
        assertThat(one.messages).containsExactly("a=\"for one\"", "b=\"for all\"");
    }

    @Test
    void sendToUnknownMemberIsRejected() {
        MessageChannelFixture one = join();
        Member nobody = new Member("0".repeat(32), 1);
        assertThat(one.channel.send(nobody, "a", 1)).isFalse();
        eventually().until(() -> one.errors.size() == 1);
        assertThat(one.errors.getFirst()).isInstanceOf(UnreachableException.class);
        assertThat(one.channel.stats().drops()).containsEntry(DropReason.UNKNOWN_RECIPIENT, 1L);
        assertThatThrownBy(() -> one.channel.send(new Member("x", 1), "a", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void requestIsAnswered(Rendezvous rendezvous) throws Exception {
        MessageChannelFixture one = join(builder -> builder.rendezvous(rendezvous));
        MessageChannelFixture two =
                join(builder -> builder.rendezvous(rendezvous).dispatch(Dispatch.direct()));
        two.knowing(1);
        one.channel.topic("double", Integer.class).onRequest((n, from) -> 2 * n);
        one.channel
                .topic("later", String.class)
                .onRequest((text, from) -> CompletableFuture.supplyAsync(() -> text + "!"));
        assertThat(ask(two, one, "double", 21, Integer.class)).isEqualTo(42);
        assertThat(ask(two, one, "later", "hi", String.class)).isEqualTo("hi!");
    }

    private static <T> T ask(
            MessageChannelFixture from, MessageChannelFixture to, String topic, Object message, Class<T> answer) {
        return Await.value(from.channel.request(to.self(), topic, message, answer, Duration.ofSeconds(10)));
    }

    @Test
    void listenerMayBlockForAnAnswer() throws Exception {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        one.channel.topic("next", Integer.class).onRequest((number, from) -> number + 1);
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        two.channel.onMessage(m -> answer.complete(two.channel
                .request(one.self(), "next", 41, Integer.class, Duration.ofSeconds(10))
                .join()));
        one.channel.send("ask", "x");
        assertThat(Await.value(answer)).isEqualTo(42);
    }

    @Test
    void requestFailsWithMessageChosenByHandler() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        one.channel.topic("chosen", String.class).onRequest((x, from) -> {
            throw new RequestFailedException("no such build");
        });
        one.channel.topic("secret", String.class).onRequest((x, from) -> {
            throw new IllegalStateException("password is 1234");
        });
        assertFails(two, one, "chosen", "no such build");
        assertFails(two, one, "secret", "the handler failed");
        assertFails(two, one, "unknown", "no handler for 'unknown'");
        eventually().until(() -> one.errors.size() == 1);
    }

    private static void assertFails(
            MessageChannelFixture from, MessageChannelFixture to, String topic, String message) {
        assertThat(Await.failure(from.channel.request(to.self(), topic, "x", String.class, Duration.ofSeconds(10))))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage(message);
    }

    @Test
    void answerArrivesAfterTakeover() throws Exception {
        MessageChannelFixture host = join();
        MessageChannelFixture asking = join();
        MessageChannelFixture answering = join();
        asking.knowing(2);
        CompletableFuture<Member> asked = new CompletableFuture<>();
        CompletableFuture<String> answer = new CompletableFuture<>();
        answering.channel.topic("status", String.class).onRequest((nothing, from) -> {
            asked.complete(from);
            return answer;
        });
        CompletableFuture<String> reply = asking.channel.request(answering.self(), "status", String.class);
        assertThat(Await.value(asked)).isEqualTo(asking.self());
        host.close();
        eventually().until(() -> asking.takeovers.size() == 1 && answering.takeovers.size() == 1);
        answer.complete("idle");
        assertThat(Await.value(reply)).isEqualTo("idle");
    }

    @Test
    void requestFailsAtItsDeadline() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        one.channel.topic("never", String.class).onRequest((x, from) -> new CompletableFuture<String>());
        assertThat(Await.failure(two.channel.request(one.self(), "never", "x", String.class, Duration.ofMillis(50))))
                .isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void requestFailsWhenMemberLeaves() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        one.knowing(1);
        CompletableFuture<String> received = new CompletableFuture<>();
        two.channel.topic("never", String.class).onRequest((x, from) -> {
            received.complete(x);
            return new CompletableFuture<String>();
        });
        CompletableFuture<String> answer =
                one.channel.request(two.self(), "never", "x", String.class, Duration.ofSeconds(20));
        Await.value(received); // a member that is closing rejects a request
        two.close();
        assertThat(Await.failure(answer)).isInstanceOf(UnreachableException.class);
    }

    @Test
    void membersAreNotifiedOfJoinAndLeave() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        one.knowing(1);
        eventually().until(() -> two.joined.equals(List.of(one.self())));
        eventually().until(() -> one.joined.equals(List.of(two.self())));
        two.close();
        eventually().until(() -> one.left.equals(List.of(two.self().id() + " LEFT")));
        assertThat(one.channel.members()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void noMessageIsLostWhenHostLeaves(Rendezvous rendezvous) {
        UnaryOperator<MessageChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        MessageChannelFixture host = join(kind);
        List<MessageChannelFixture> others =
                IntStream.range(0, 4).mapToObj(i -> join(kind)).toList();
        others.forEach(member -> member.knowing(4));
        int count = 2000;
        for (int i = 0; i < count; i++) {
            for (MessageChannelFixture other : others) {
                other.channel.send("n", i);
            }
            if (i == count / 2) {
                host.channel.closeGracefully(Duration.ZERO);
            }
        }
        for (MessageChannelFixture other : others) {
            eventually().until(() -> other.messages.size() >= 3 * count);
            eventually().until(() -> other.takeovers.size() == 1);
            assertThat(other.messages).hasSize(3 * count);
            eventually().until(() -> other.left.equals(List.of(host.self().id() + " LEFT")));
            assertThat(other.errors).isEmpty();
        }
        eventually()
                .until(() -> others.stream()
                                .filter(other -> other.channel.isHosting())
                                .count()
                        == 1);
    }

    @Test
    void noMessageIsLostWhenDirectoryIsDeleted() throws IOException {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        Path directory = scratch.folder().resolve(".m+messages");
        scratch.remove(directory);
        AtomicInteger sent = new AtomicInteger();
        eventually().until(() -> {
            two.channel.send("n", sent.incrementAndGet());
            return two.takeovers.size() == 1;
        });
        eventually().until(() -> one.messages.size() == sent.get());
        assertThat(directory).isNotEmptyDirectory();
        assertThat(one.left).isEmpty();
        assertThat(two.left).isEmpty();
    }

    /** A host, a sender, and a member that reads nothing until it is released. */
    private final class Stall {

        static final int MESSAGES = 200;

        final CountDownLatch release = new CountDownLatch(1);
        final MessageChannelFixture host;
        final MessageChannelFixture sender;
        final MessageChannelFixture stalled;

        Stall(SlowConsumer policy, Duration stallTimeout) {
            UnaryOperator<MessageChannel.Builder> small = builder -> builder.slowConsumer(policy)
                    .maxQueuedBytes(2_000_000)
                    .maxPendingMessages(4)
                    .stallTimeout(stallTimeout);
            host = join(small);
            sender = join(builder -> builder.maxUnacknowledgedBytes(100_000_000));
            stalled = scratch.closing(new MessageChannelFixture(scratch.folder(), small));
            stalled.channel.topic("large", String.class).on((text, from) -> awaitQuietly(release));
            stalled.connected();
            sender.knowing(2);
            String large = "x".repeat(50_000);
            for (int i = 0; i < MESSAGES; i++) {
                eventually().until(() -> sender.channel.send("large", large));
            }
            eventually().until(() -> host.messages.size() == MESSAGES);
        }

        void untilDropped() {
            eventually().until(() -> sender.left.contains(stalled.self().id() + " STALLED"));
            assertThat(host.channel.stats().drops()).containsEntry(DropReason.STALLED, 1L);
            eventually().until(() -> !host.errors.isEmpty());
        }
    }

    @Test
    void stalledMemberIsDisconnectedAndDoesNotBlockOthers() {
        Stall stall = new Stall(SlowConsumer.CLOSE, Duration.ofSeconds(1));
        stall.untilDropped();
        stall.release.countDown();
        eventually().until(() -> stall.stalled.errors.stream().anyMatch(e -> e instanceof MissedMessagesException));
        eventually().until(() -> stall.sender.channel.members().size() == 2);
    }

    @Test
    void messagesAreSkippedForSlowMember() {
        Stall stall = new Stall(SlowConsumer.SKIP, Duration.ofMinutes(2));
        assertThat(stall.host.channel.stats().drops().get(DropReason.SKIPPED)).isPositive();
        assertThat(stall.host.errors).isNotEmpty();
        stall.release.countDown();
        assertThat(stall.sender.left).isEmpty();
    }

    @Test
    void stalledMemberIsDisconnectedDespiteSkip() {
        Stall stall = new Stall(SlowConsumer.SKIP, Duration.ofSeconds(1));
        stall.untilDropped();
        assertThat(stall.host.channel.stats().drops().get(DropReason.SKIPPED)).isPositive();
        stall.release.countDown();
    }

    @Test
    void unacknowledgedBytesAreBounded() {
        MessageChannelFixture alone = scratch.closing(
                new MessageChannelFixture(scratch.folder(), builder -> builder.maxUnacknowledgedBytes(1000)));
        assertThat(alone.channel.send("a", "x".repeat(600))).isTrue();
        assertThat(alone.channel.send("a", "x".repeat(600))).isFalse();
        eventually().until(() -> alone.errors.size() == 1);
        assertThat(alone.errors.getFirst()).isInstanceOf(QueueFullException.class);
        assertThat(alone.channel.stats().drops()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L));
    }

    @Test
    void oversizedOrUnencodableMessagesAreRejected() {
        MessageChannelFixture one = join(builder -> builder.maxMessageBytes(100));
        assertThat(one.channel.send("a", "x".repeat(99))).isFalse();
        Iterable<Object> unreadable = () -> {
            throw new IllegalStateException("none");
        };
        assertThat(one.channel.send("a", unreadable)).isFalse();
        assertThat(one.channel.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 2L);
    }

    @Test
    void streamReturnsMessagesInOrder() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        try (EventStream<ChannelMessage> stream = one.channel.topic("n", Object.class).stream()) {
            two.channel.send("n", 1);
            two.channel.send("other", 0);
            two.channel.send("n", 2);
            assertThat(stream.next(Duration.ofSeconds(10)).payload().value()).isEqualTo(1L);
            assertThat(stream.next(Duration.ofSeconds(10)).payload().value()).isEqualTo(2L);
        }
    }

    @Test
    void closeWaitsForAcknowledgements() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        for (int i = 0; i < 500; i++) {
            two.channel.send("n", i);
        }
        Await.value(two.channel.closeGracefully(Duration.ofSeconds(10)));
        eventually().until(() -> one.messages.size() == 500);
        assertThat(two.channel.send("n", 1)).isFalse();
        assertThat(Await.failure(two.channel.connect())).isInstanceOf(ClosedException.class);
    }

    @Test
    void unusableDirectoryFailsConnect() throws IOException {
        Files.writeString(scratch.folder().resolve(".m+messages"), "");
        MessageChannel channel = scratch.closing(
                MessageChannel.builder("m").directory(scratch.folder()).build());
        assertThat(Await.failure(channel.connect())).isInstanceOf(TransportException.class);
        Await.value(channel.closed());
    }

    /** The loop may end before {@code connect()} returns. */
    @Test
    void immediateFailureFailsConnectFutureOnly() throws IOException {
        Files.writeString(scratch.folder().resolve(".m+messages"), "");
        for (int i = 0; i < 200; i++) {
            MessageChannel channel =
                    MessageChannel.builder("m").directory(scratch.folder()).build();
            channel.onError(error -> {});
            CompletableFuture<Void> joining = channel.connect();
            Await.value(channel.closed());
            assertThat(joining).isCompletedExceptionally();
        }
    }

    @Test
    void concurrentCloseDuringConnectCompletes() throws Exception {
        for (int i = 0; i < 200; i++) {
            MessageChannel channel =
                    MessageChannel.builder("m").directory(scratch.folder()).build();
            CountDownLatch go = new CountDownLatch(1);
            Thread closing = Thread.ofPlatform().start(() -> {
                awaitQuietly(go);
                channel.closeGracefully(Duration.ZERO);
            });
            go.countDown();
            channel.connect();
            Await.value(channel.closed());
            closing.join();
        }
    }

    @Test
    void hostRefusesMembersAboveLimit() {
        join(builder -> builder.maxMembers(1));
        MessageChannelFixture second = scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder));
        second.channel.connect();
        eventually().until(() -> !second.errors.isEmpty());
        assertThat(second.errors.getFirst()).hasMessageContaining("the channel is full");
        assertThat(second.channel.isConnected()).isFalse();
    }

    @Test
    void closeBeforeConnectCompletes() {
        MessageChannel channel =
                MessageChannel.builder("m").directory(scratch.folder()).build();
        Await.value(channel.closeGracefully(Duration.ofSeconds(1)));
        assertThat(channel.connect()).isCompletedExceptionally();
        assertThat(scratch.folder()).isEmptyDirectory();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
