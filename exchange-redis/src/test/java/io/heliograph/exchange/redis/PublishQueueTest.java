package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.PipelinedRedisFuture;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Queue of publications with masters that are replaced. Each batch has one message. */
class PublishQueueTest {

    private static final Duration CONFIRM_FOR = Duration.ofSeconds(5);

    private final List<Throwable> failures = new ArrayList<>();
    private final Deque<Runnable> scheduled = new ArrayDeque<>();
    private long now;
    private @Nullable Master master;

    private final PublishQueue queue = new PublishQueue(
            options(),
            new PartitionKeys("helio", "0"),
            "pipe",
            new PublishQueue.Target() {
                @Override
                public @Nullable Commands commands() {
                    return master == null ? null : master.commands;
                }

                @Override
                public void doubt(Throwable failure) {}

                @Override
                public void schedule(Duration delay, Runnable task) {
                    scheduled.add(task);
                }
            },
            failures::add,
            () -> now);

    private static RedisOptions options() {
        return new RedisOptions(
                List.of(new RedisAddress("127.0.0.1", 6379)),
                false,
                false,
                null,
                () -> null,
                "helio",
                "node",
                "",
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                channel -> HistoryLimits.of(100, Duration.ofMinutes(5)),
                16 << 20,
                1 << 20,
                WhileDisconnected.QUEUE,
                Duration.ofSeconds(10),
                CONFIRM_FOR,
                Duration.ofSeconds(3),
                Duration.ofMinutes(2));
    }

    /** Master that records the numbers of the batches, and applies what follows its last one or is the base. */
    private static final class Master {
        final List<Long> batches = new ArrayList<>();
        final Deque<CompletableFuture<Object>> unanswered = new ArrayDeque<>();
        boolean silent;
        long last;

        Master(long last) {
            this.last = last;
        }

        @SuppressWarnings("unchecked")
        final Commands commands = new Commands((RedisAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RedisAsyncCommands.class},
                (proxy, method, arguments) -> new PipelinedRedisFuture<>(
                        method.getName().equals("hget") ? number() : call((byte[][]) arguments[3]))));

        private CompletableFuture<Object> number() {
            return CompletableFuture.completedFuture(last == 0 ? null : Commands.bytes(last));
        }

        private CompletableFuture<Object> call(byte[][] arguments) {
            long number = number(arguments[1]);
            if (silent) {
                CompletableFuture<Object> answer = new CompletableFuture<>();
                unanswered.add(answer);
                return answer;
            }
            if (number > last && number != number(arguments[2]) && number != last + 1) {
                return answer("missing", Long.toString(last));
            }
            batches.add(number);
            last = Math.max(last, number);
            return answer("ok", "e:" + number);
        }

        private static long number(byte[] argument) {
            return Long.parseLong(Objects.requireNonNull(Commands.text(argument)));
        }

        private static CompletableFuture<Object> answer(String outcome, String results) {
            return CompletableFuture.completedFuture(List.of(Commands.bytes(outcome), Commands.bytes(results)));
        }
    }

    private Master attach(long last) {
        Master attached = new Master(last);
        master = attached;
        queue.resume();
        return attached;
    }

    private CompletableFuture<Position> publish() {
        return queue.publish(
                "news", HistoryLimits.of(100, Duration.ofMinutes(5)), new Broker.Draft(null, null, null, null));
    }

    @Test
    void lostPublicationsPrecedeThoseOfTheNextMaster() {
        attach(0);
        value(publish());
        queue.suspend();
        attach(1);
        queue.suspend();
        Master promoted = new Master(0);
        master = promoted;
        CompletableFuture<Position> second = publish();
        assertThat(promoted.batches).isEmpty();
        queue.resume();
        value(second);
        assertThat(promoted.batches).containsExactly(1L, 2L);
        assertThat(failures).isEmpty();
    }

    @Test
    void confirmedPublicationIsKeptWhileNoMasterIsReachable() {
        attach(0);
        value(publish());
        queue.suspend();
        now += CONFIRM_FOR.multipliedBy(10).toNanos();
        queue.expire();
        assertThat(attach(0).batches).containsExactly(1L);
        assertThat(failures).isEmpty();
    }

    @Test
    void confirmedPublicationIsForgottenAfterAWhile() {
        attach(0);
        value(publish());
        now += CONFIRM_FOR.toNanos() + 1;
        queue.expire();
        queue.suspend();
        Master empty = attach(0);
        assertThat(empty.batches).isEmpty();
        assertThat(failures)
                .singleElement()
                .satisfies(lost -> assertThat(lost)
                        .hasMessageContaining("has lost confirmed publications: 1 batches of this node"));
        queue.suspend();
        attach(0);
        assertThat(failures).hasSize(1);
    }

    @Test
    void expiredNumberOfAQuietNodeIsNoLoss() {
        attach(0);
        value(publish());
        now += Duration.ofHours(25).toNanos();
        queue.suspend();
        Master same = attach(0);
        value(publish());
        assertThat(same.batches).containsExactly(2L);
        assertThat(failures).isEmpty();
    }

    @Test
    void lateFailureOfTheLostMasterDoesNotDelay() {
        Master lost = attach(0);
        lost.silent = true;
        CompletableFuture<Position> outcome = publish();
        queue.suspend();
        lost.unanswered.element().completeExceptionally(new IllegalStateException("connection closed"));
        assertThat(scheduled).isEmpty();
        attach(0);
        assertThat(value(outcome)).isEqualTo(new Position("e", 1));
    }

    @Test
    void unansweredPublicationIsRepeatedToTheSameMaster() {
        Master silent = attach(0);
        silent.silent = true;
        CompletableFuture<Position> outcome = publish();
        queue.suspend();
        silent.silent = false;
        queue.resume();
        assertThat(value(outcome)).isEqualTo(new Position("e", 1));
        assertThat(silent.batches).containsExactly(1L);
    }
}
