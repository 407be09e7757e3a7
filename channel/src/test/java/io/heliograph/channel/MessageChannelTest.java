package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.EventStream;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.codec.CodecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels of messages, within one process: several members share it as processes would share a machine. */
class MessageChannelTest {

    record Build(int number, String name) {}

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private Joined join(UnaryOperator<MessageChannel.Builder> options) {
        return scratch.closing(new Joined(scratch.folder(), options)).connected();
    }

    private Joined join() {
        return join(builder -> builder);
    }

    private static ConditionFactory soon() {
        return await().atMost(Opened.DEADLINE).pollInterval(Duration.ofMillis(5));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void aBroadcastReachesAllOthersOnceAndInOrder(Rendezvous rendezvous) {
        UnaryOperator<MessageChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        Joined one = join(kind);
        Joined two = join(kind);
        Joined three = join(kind);
        List.of(one, two, three).forEach(member -> member.knowing(2));
        assertThat(one.channel.hosting()).isTrue();
        assertThat(two.channel.host()).contains(one.self());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            assertThat(two.channel.send("n", i)).isTrue();
            expected.add("n=" + i);
        }
        soon().until(() -> three.messages.size() >= 1000 && one.messages.size() >= 1000);
        assertThat(one.messages).isEqualTo(expected);
        assertThat(three.messages).isEqualTo(expected);
        assertThat(two.messages).isEmpty();
        soon().until(() -> two.channel.stats().queuedBytes() == 0);
        assertThat(two.channel.stats().messagesSent()).isEqualTo(1000);
    }

    @Test
    void listenersOfATopicGetValues() throws Exception {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        CompletableFuture<Build> got = new CompletableFuture<>();
        CompletableFuture<Member> from = new CompletableFuture<>();
        one.channel.on("finished", Build.class, (build, member) -> {
            got.complete(build);
            from.complete(member);
        });
        one.channel.on("finished", Integer.class, (number, member) -> {});
        two.channel.send("finished", new Build(42, "green"));
        assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo(new Build(42, "green"));
        assertThat(from.get(10, TimeUnit.SECONDS)).isEqualTo(two.self());
        soon().until(() -> one.errors.size() == 1);
        assertThat(one.errors.getFirst()).isInstanceOf(CodecException.class);
    }

    @Test
    void whatIsSentBeforeConnectedReachesWhoIsThere() {
        Joined one = join();
        Joined two = scratch.closing(new Joined(scratch.folder(), builder -> builder));
        two.channel.send("early", 1);
        two.channel.send("early", 2);
        two.connected();
        two.channel.send("early", 3);
        soon().until(() -> one.messages.size() == 3);
        assertThat(one.messages).containsExactly("early=1", "early=2", "early=3");
    }

    @Test
    void directMessagesReachOneMember() {
        Joined one = join();
        Joined two = join();
        Joined three = join();
        three.knowing(2);
        assertThat(three.channel.send(one.self(), "a", "for one")).isTrue();
        three.channel.send("b", "for all");
        soon().until(() -> one.messages.size() == 2 && two.messages.size() == 1);
        assertThat(one.messages).containsExactly("a=\"for one\"", "b=\"for all\"");
    }

    @Test
    void aMemberThatIsNotThereCannotBeSentTo() {
        Joined one = join();
        Member nobody = new Member("0".repeat(32), 1);
        assertThat(one.channel.send(nobody, "a", 1)).isFalse();
        soon().until(() -> one.errors.size() == 1);
        assertThat(one.errors.getFirst()).isInstanceOf(UnreachableException.class);
        assertThat(one.channel.stats().drops()).containsEntry(DropReason.NO_MEMBER, 1L);
        assertThatThrownBy(() -> one.channel.send(new Member("x", 1), "a", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void requestsAreAnswered(Rendezvous rendezvous) throws Exception {
        Joined one = join(builder -> builder.rendezvous(rendezvous));
        Joined two = join(builder -> builder.rendezvous(rendezvous).dispatch(Dispatch.direct()));
        two.knowing(1);
        one.channel.onRequest("double", Integer.class, (n, from) -> 2 * n);
        one.channel.onRequest("later", String.class, (text, from) -> CompletableFuture.supplyAsync(() -> text + "!"));
        assertThat(ask(two, one, "double", 21, Integer.class)).isEqualTo(42);
        assertThat(ask(two, one, "later", "hi", String.class)).isEqualTo("hi!");
    }

    private static <T> T ask(Joined from, Joined to, String topic, Object message, Class<T> answer) throws Exception {
        return from.channel
                .request(to.self(), topic, message, answer, Duration.ofSeconds(10))
                .get(15, TimeUnit.SECONDS);
    }

    @Test
    void aListenerMayWaitForAnAnswer() throws Exception {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        one.channel.onRequest("next", Integer.class, (number, from) -> number + 1);
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        two.channel.onMessage(m -> answer.complete(two.channel
                .request(one.self(), "next", 41, Integer.class, Duration.ofSeconds(10))
                .join()));
        one.channel.send("ask", "x");
        assertThat(answer.get(15, TimeUnit.SECONDS)).isEqualTo(42);
    }

    @Test
    void aRequestFailsAsItsHandlerChooses() {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        one.channel.onRequest("chosen", String.class, (x, from) -> {
            throw new RequestFailedException("no such build");
        });
        one.channel.onRequest("secret", String.class, (x, from) -> {
            throw new IllegalStateException("password is 1234");
        });
        assertFails(two, one, "chosen", "no such build");
        assertFails(two, one, "secret", "the handler failed");
        assertFails(two, one, "unknown", "nobody answers 'unknown'");
        soon().until(() -> one.errors.size() == 1);
    }

    private static void assertFails(Joined from, Joined to, String topic, String why) {
        assertThatThrownBy(() -> ask(from, to, topic, "x", String.class))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RequestFailedException.class)
                .hasRootCauseMessage(why);
    }

    @Test
    void anAnswerComesThoughTheHostHasLeftMeanwhile() throws Exception {
        Joined host = join();
        Joined asking = join();
        Joined answering = join();
        asking.knowing(2);
        CompletableFuture<Member> asked = new CompletableFuture<>();
        CompletableFuture<String> answer = new CompletableFuture<>();
        answering.channel.onRequest("status", String.class, (nothing, from) -> {
            asked.complete(from);
            return answer;
        });
        CompletableFuture<String> reply = asking.channel.request(answering.self(), "status", String.class);
        assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(asking.self());
        host.close();
        soon().until(() -> asking.takeovers.size() == 1 && answering.takeovers.size() == 1);
        answer.complete("idle");
        assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo("idle");
    }

    @Test
    void aRequestHasADeadline() {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        one.channel.onRequest("never", String.class, (x, from) -> new CompletableFuture<String>());
        assertThatThrownBy(() -> two.channel
                        .request(one.self(), "never", "x", String.class, Duration.ofMillis(50))
                        .get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void aRequestFailsWhenTheMemberLeaves() {
        Joined one = join();
        Joined two = join();
        one.knowing(1);
        two.channel.onRequest("never", String.class, (x, from) -> new CompletableFuture<String>());
        CompletableFuture<String> answer =
                one.channel.request(two.self(), "never", "x", String.class, Duration.ofSeconds(20));
        two.close();
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(UnreachableException.class);
    }

    @Test
    void membersSeeEachOtherComeAndGo() {
        Joined one = join();
        Joined two = join();
        one.knowing(1);
        soon().until(() -> two.joined.equals(List.of(one.self())));
        soon().until(() -> one.joined.equals(List.of(two.self())));
        two.close();
        soon().until(() -> one.left.equals(List.of(two.self().id() + " LEFT")));
        assertThat(one.channel.members()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void whenTheHostLeavesNothingIsLost(Rendezvous rendezvous) {
        UnaryOperator<MessageChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        Joined host = join(kind);
        List<Joined> others = IntStream.range(0, 4).mapToObj(i -> join(kind)).toList();
        others.forEach(member -> member.knowing(4));
        int count = 2000;
        for (int i = 0; i < count; i++) {
            for (Joined other : others) {
                other.channel.send("n", i);
            }
            if (i == count / 2) {
                host.channel.closeGracefully(Duration.ZERO);
            }
        }
        for (Joined other : others) {
            soon().until(() -> other.messages.size() >= 3 * count);
            soon().until(() -> other.takeovers.size() == 1);
            assertThat(other.messages).hasSize(3 * count);
            soon().until(() -> other.left.equals(List.of(host.self().id() + " LEFT")));
            assertThat(other.errors).isEmpty();
        }
        soon().until(() ->
                others.stream().filter(other -> other.channel.hosting()).count() == 1);
    }

    @Test
    void whenTheDirectoryIsDeletedNothingIsLost() throws IOException {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        Path directory = scratch.folder().resolve(".m+messages");
        scratch.remove(directory);
        AtomicInteger sent = new AtomicInteger();
        soon().until(() -> {
            two.channel.send("n", sent.incrementAndGet());
            return two.takeovers.size() == 1;
        });
        soon().until(() -> one.messages.size() == sent.get());
        assertThat(directory).isNotEmptyDirectory();
        assertThat(one.left).isEmpty();
        assertThat(two.left).isEmpty();
    }

    /** A host and a sender that go on, and a member that reads nothing until it is released. */
    private final class Stall {

        static final int MESSAGES = 200;

        final CountDownLatch release = new CountDownLatch(1);
        final Joined host;
        final Joined sender;
        final Joined stalled;

        Stall(SlowMember policy, Duration stallTimeout) {
            UnaryOperator<MessageChannel.Builder> small = builder -> builder.slowMember(policy)
                    .maxQueuedBytes(2_000_000)
                    .maxPendingMessages(4)
                    .stallTimeout(stallTimeout);
            host = join(small);
            sender = join(builder -> builder.maxUnacknowledgedBytes(100_000_000));
            stalled = scratch.closing(new Joined(scratch.folder(), small));
            stalled.channel.on("large", String.class, (text, from) -> awaitQuietly(release));
            stalled.connected();
            sender.knowing(2);
            String large = "x".repeat(50_000);
            for (int i = 0; i < MESSAGES; i++) {
                soon().until(() -> sender.channel.send("large", large));
            }
            soon().until(() -> host.messages.size() == MESSAGES);
        }

        void untilDropped() {
            soon().until(() -> sender.left.contains(stalled.self().id() + " STALLED"));
            assertThat(host.channel.stats().drops()).containsEntry(DropReason.STALLED, 1L);
            soon().until(() -> !host.errors.isEmpty());
        }
    }

    @Test
    void aMemberThatDoesNotReadIsDroppedAndDoesNotHoldTheOthers() {
        Stall stall = new Stall(SlowMember.DROP, Duration.ofSeconds(1));
        stall.untilDropped();
        stall.release.countDown();
        soon().until(() -> stall.stalled.errors.stream().anyMatch(e -> e instanceof MissedMessagesException));
        soon().until(() -> stall.sender.channel.members().size() == 2);
    }

    @Test
    void messagesAreSkippedForAMemberThatDoesNotReadForAWhile() {
        Stall stall = new Stall(SlowMember.SKIP, Duration.ofMinutes(2));
        assertThat(stall.host.channel.stats().drops().get(DropReason.SKIPPED)).isPositive();
        assertThat(stall.host.errors).isNotEmpty();
        stall.release.countDown();
        assertThat(stall.sender.left).isEmpty();
    }

    /** It acknowledges nothing, so the senders could not go on for ever. */
    @Test
    void aMemberThatDoesNotReadForTooLongIsDroppedThoughMessagesAreSkippedForIt() {
        Stall stall = new Stall(SlowMember.SKIP, Duration.ofSeconds(1));
        stall.untilDropped();
        assertThat(stall.host.channel.stats().drops().get(DropReason.SKIPPED)).isPositive();
        stall.release.countDown();
    }

    @Test
    void whatIsNotAcknowledgedIsBounded() {
        Joined alone = scratch.closing(new Joined(scratch.folder(), builder -> builder.maxUnacknowledgedBytes(1000)));
        assertThat(alone.channel.send("a", "x".repeat(600))).isTrue();
        assertThat(alone.channel.send("a", "x".repeat(600))).isFalse();
        soon().until(() -> alone.errors.size() == 1);
        assertThat(alone.errors.getFirst()).isInstanceOf(QueueFullException.class);
        assertThat(alone.channel.stats().drops()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L));
    }

    @Test
    void messagesThatAreTooLongOrHaveNoJsonAreRefused() {
        Joined one = join(builder -> builder.maxMessageBytes(100));
        assertThat(one.channel.send("a", "x".repeat(99))).isFalse();
        Iterable<Object> unreadable = () -> {
            throw new IllegalStateException("none");
        };
        assertThat(one.channel.send("a", unreadable)).isFalse();
        assertThat(one.channel.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 2L);
    }

    @Test
    void streamsGiveMessagesInOrder() {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        try (EventStream<ChannelMessage> stream = one.channel.stream("n")) {
            two.channel.send("n", 1);
            two.channel.send("other", 0);
            two.channel.send("n", 2);
            assertThat(stream.next(Duration.ofSeconds(10)).payload().value()).isEqualTo(1L);
            assertThat(stream.next(Duration.ofSeconds(10)).payload().value()).isEqualTo(2L);
        }
    }

    @Test
    void closingWaitsUntilEverybodyHasWhatWasSent() {
        Joined one = join();
        Joined two = join();
        two.knowing(1);
        for (int i = 0; i < 500; i++) {
            two.channel.send("n", i);
        }
        two.channel.closeGracefully(Duration.ofSeconds(10)).join();
        soon().until(() -> one.messages.size() == 500);
        assertThat(two.channel.send("n", 1)).isFalse();
        assertThatThrownBy(() -> two.channel.connect().get(1, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void aDirectoryThatCannotBeUsedFailsTheStart() throws IOException {
        Files.writeString(scratch.folder().resolve(".m+messages"), "");
        MessageChannel channel = scratch.closing(
                MessageChannel.builder("m").directory(scratch.folder()).build());
        assertThatThrownBy(() -> channel.connect().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TransportException.class);
        channel.closed().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Then its loop may end before {@code connect()} returns. */
    @Test
    void aStartThatFailsAtOnceFailsTheFutureOnly() throws IOException {
        Files.writeString(scratch.folder().resolve(".m+messages"), "");
        for (int i = 0; i < 200; i++) {
            MessageChannel channel =
                    MessageChannel.builder("m").directory(scratch.folder()).build();
            channel.onError(error -> {});
            CompletableFuture<Void> joining = channel.connect();
            channel.closed().orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(joining).isCompletedExceptionally();
        }
    }

    @Test
    void mayBeClosedByAnotherThreadWhileItConnects() throws Exception {
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
            channel.closed().orTimeout(10, TimeUnit.SECONDS).join();
            closing.join();
        }
    }

    @Test
    void aHostTakesNoMoreMembersThanItsLimit() {
        join(builder -> builder.maxMembers(1));
        Joined second = scratch.closing(new Joined(scratch.folder(), builder -> builder));
        second.channel.connect();
        soon().until(() -> !second.errors.isEmpty());
        assertThat(second.errors.getFirst()).hasMessageContaining("as many members as it takes");
        assertThat(second.channel.connected()).isFalse();
    }

    @Test
    void closingBeforeConnectingIsNoTrouble() {
        MessageChannel channel =
                MessageChannel.builder("m").directory(scratch.folder()).build();
        channel.closeGracefully(Duration.ofSeconds(1)).join();
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
