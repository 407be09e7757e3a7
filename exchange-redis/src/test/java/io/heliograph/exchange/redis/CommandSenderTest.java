package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The sender of commands, with a link whose answers the test gives. */
class CommandSenderTest {

    private static final Duration SOON = Duration.ofMillis(100);

    /** Calls of a function, each with its result. */
    private record Call(String function, List<String> arguments, CompletableFuture<@Nullable Object> reply) {

        String number() {
            return arguments.get(2) + "/" + arguments.get(3);
        }
    }

    private final Deque<Call> calls = new ArrayDeque<>();
    private final AtomicInteger beats = new AtomicInteger();
    private final ControlLink link = new ControlLink() {
        @Override
        public CompletableFuture<@Nullable Object> call(String function, List<String> keys, List<String> arguments) {
            Call call = new Call(function, arguments, new CompletableFuture<>());
            if (function.equals("command")) {
                calls.add(call);
            } else if (function.equals("replies")) {
                call.reply.complete(List.of());
            }
            return call.reply;
        }

        @Override
        public NotConnectedException notConnected() {
            return new NotConnectedException("not connected");
        }

        @Override
        public void listen(String channel, Consumer<String> message, Runnable connected) {}
    };

    private CommandSender sender(Duration timeout) {
        return new CommandSender(
                link, new ControlKeys("t"), "s-1", timeout, () -> Set.of("a-1"), beats::incrementAndGet);
    }

    private List<String> numbers() {
        List<String> numbers = new ArrayList<>();
        calls.forEach(call -> numbers.add(call.number()));
        return numbers;
    }

    private static Membership.LogState last(long number) {
        return new Membership.LogState("term", 0, number);
    }

    @Test
    void commandsWaitForTheFirstBeat() {
        CommandSender sender = sender(Duration.ofMinutes(1));
        sender.send("one", "");
        assertThat(calls).isEmpty();
        sender.onBeat(last(0));
        sender.send("two", "");
        assertThat(numbers()).containsExactly("1/1", "1/2");
    }

    @Test
    void missingCommandsAreSentAgainInOrder() {
        CommandSender sender = sender(Duration.ofMinutes(1));
        sender.onBeat(last(0));
        for (int i = 0; i < 3; i++) {
            sender.send("command", "");
        }
        calls.removeFirst().reply.complete(List.of("sent", "1"));
        calls.removeFirst().reply.completeExceptionally(new NotConnectedException("lost"));
        calls.removeFirst().reply.complete(List.of("missing", "1"));
        assertThat(beats).hasValue(1);
        sender.send("command", "");
        assertThat(calls).isEmpty();
        sender.onBeat(last(1));
        assertThat(numbers()).containsExactly("2/2", "2/3", "2/4");
    }

    @Test
    void confirmedCommandsThatTheLogLostAreSentAgain() {
        CommandSender sender = sender(Duration.ofMinutes(1));
        sender.onBeat(last(0));
        sender.send("one", "");
        sender.send("two", "");
        calls.removeFirst().reply.complete(List.of("sent", "1"));
        calls.removeFirst().reply.complete(List.of("sent", "2"));
        sender.onBeat(last(2));
        assertThat(calls).isEmpty();
        sender.onBeat(last(1));
        assertThat(numbers()).containsExactly("2/2");
    }

    @Test
    void commandWhoseAnswerWasLostIsSent() {
        CommandSender sender = sender(SOON);
        sender.onBeat(last(0));
        CompletableFuture<Integer> sent = sender.send("one", "");
        calls.removeFirst().reply.completeExceptionally(new NotConnectedException("lost"));
        sender.onBeat(last(1));
        assertThat(calls).isEmpty();
        assertThat(value(sent)).isZero();
    }

    @Test
    void commandInFlightIsNotSentTwice() {
        CommandSender sender = sender(Duration.ofMinutes(1));
        sender.onBeat(last(0));
        sender.send("one", "");
        sender.onBeat(last(0));
        assertThat(numbers()).containsExactly("1/1");
    }

    @Test
    void outcomeOfALateCommandIsNamed() {
        CommandSender sender = sender(SOON);
        CompletableFuture<Integer> unsent = sender.send("one", "");
        assertThat(failure(unsent)).isInstanceOf(NotConnectedException.class);
        sender.onBeat(last(0));
        CompletableFuture<Integer> unknown = sender.send("two", "");
        assertThat(failure(unknown))
                .isInstanceOfSatisfying(
                        DeadlineExceededException.class,
                        late -> assertThat(late.unsent()).isFalse());
        CompletableFuture<Integer> alone = sender.send("three", "");
        calls.getLast().reply.complete(List.of("sent", "3"));
        assertThat(value(alone)).isZero();
    }

    @Test
    void commandsWithoutAResultAreLimited() {
        CommandSender sender = sender(Duration.ofMinutes(1));
        for (int i = 0; i < CommandSender.MAX_PENDING; i++) {
            sender.send("command", "");
        }
        assertThat(failure(sender.send("more", ""))).isInstanceOf(QueueFullException.class);
        sender.close();
        assertThat(failure(sender.send("closed", "")))
                .isInstanceOfSatisfying(
                        HeliographException.class,
                        closed -> assertThat(closed.unsent()).isTrue());
    }
}
