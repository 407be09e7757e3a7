package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Subscribers that come and go receive everything, once and in order, from a broker that loses and repeats messages. */
class LossyBrokerTest {

    private static final Duration LONG = Duration.ofSeconds(40);
    private static final int PUBLISHERS = 4;
    private static final int EACH = 1500;
    private static final List<String> CHANNELS = List.of("a", "b", "c");

    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

    /** Broker in memory that loses 5 % of the deliveries and repeats 5 %. */
    private static final class LossyBroker implements Broker {

        private final Broker broker = Broker.inMemory(HistoryLimits.of(100_000, Duration.ofHours(1)));

        @Nullable
        Receiver receiver;

        @Override
        public void start(Receiver target) {
            receiver = target;
            broker.start(new Receiver() {
                private final SplittableRandom random = new SplittableRandom(1);

                @Override
                public void delivered(String channel, Message message) {
                    int chance;
                    synchronized (random) {
                        chance = random.nextInt(20);
                    }
                    if (chance > 0) {
                        target.delivered(channel, message);
                    }
                    if (chance == 1) {
                        target.delivered(channel, message);
                    }
                }

                @Override
                public void possiblyLost(Collection<String> channels) {
                    target.possiblyLost(channels);
                }

                @Override
                public void stateChanged(BrokerState state) {
                    target.stateChanged(state);
                }

                @Override
                public void failed(Throwable failure) {
                    target.failed(failure);
                }
            });
        }

        @Override
        public CompletableFuture<Position> publish(String channel, Draft draft) {
            return broker.publish(channel, draft);
        }

        @Override
        public CompletableFuture<Position> subscribe(String channel) {
            return broker.subscribe(channel);
        }

        @Override
        public CompletableFuture<Void> unsubscribe(String channel) {
            return broker.unsubscribe(channel);
        }

        @Override
        public CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
            return broker.read(channel, after, Math.min(limit, 50));
        }

        @Override
        public CompletableFuture<Set<String>> check(Map<String, Position> heads) {
            return broker.check(heads);
        }

        @Override
        public BrokerState state() {
            return broker.state();
        }

        @Override
        public CompletableFuture<Void> drain() {
            return broker.drain();
        }

        @Override
        public void close() {
            broker.close();
        }
    }

    /** Subscriber that checks for consecutive offsets, over all its subscriptions. */
    private final class Checked implements Subscriber {

        final String channel;
        final EventLoop loop;
        private volatile Position last;

        Checked(String channel, EventLoop loop, Position start) {
            this.channel = channel;
            this.loop = loop;
            this.last = start;
        }

        @Override
        public void published(Publication publication) {
            if (publication.position().offset() != last.offset() + 1) {
                problems.add(publication + " after " + last);
            }
            last = publication.position();
        }

        @Override
        public void gap(Gap gap) {
            problems.add(gap.toString());
        }

        /** Unsubscribes on the event loop and subscribes again after the last publication. */
        void reconnect(Exchange exchange, ChannelSubscription[] current) {
            value(CompletableFuture.runAsync(() -> current[0].unsubscribe(), loop));
            current[0] = value(exchange.subscribe(channel, loop, this, last));
            if (!current[0].recovered()) {
                problems.add(channel + " is not recovered: " + current[0].recovery());
            }
        }
    }

    @Test
    void everythingArrivesOnceAndInOrder() throws Exception {
        LossyBroker broker = new LossyBroker();
        InMemoryTransport transport = InMemoryTransport.threaded(3);
        try (Exchange exchange = Exchange.builder()
                .broker(broker)
                .healthTimeout(Duration.ofMillis(50))
                .checkInterval(Duration.ofMillis(100))
                .maxQueuedBytes(1 << 28)
                .build()) {
            List<Checked> subscribers = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(PUBLISHERS);
            for (String channel : CHANNELS) {
                Position start = value(exchange.publish(channel, 0));
                for (int i = 0; i < 3; i++) {
                    Checked subscriber = new Checked(channel, transport.nextLoop(), start);
                    subscribers.add(subscriber);
                    ChannelSubscription[] current = {
                        value(exchange.subscribe(channel, subscriber.loop, subscriber, start))
                    };
                    if (i > 0) {
                        threads.add(Thread.ofPlatform().daemon().start(() -> {
                            while (done.getCount() > 0) {
                                subscriber.reconnect(exchange, current);
                            }
                        }));
                    }
                }
            }
            for (int i = 0; i < PUBLISHERS; i++) {
                Thread.ofPlatform().daemon().start(() -> {
                    List<CompletableFuture<Position>> published = new ArrayList<>();
                    for (int n = 0; n < EACH; n++) {
                        published.add(exchange.publish(CHANNELS.get(n % CHANNELS.size()), n));
                    }
                    published.forEach(LossyBrokerTest::value);
                    done.countDown();
                });
            }
            assertThat(done.await(40, TimeUnit.SECONDS)).isTrue();
            for (Thread thread : threads) {
                assertThat(thread.join(LONG)).isTrue();
            }
            Objects.requireNonNull(broker.receiver).possiblyLost(CHANNELS);
            long end = 1 + (long) PUBLISHERS * EACH / CHANNELS.size();
            await().atMost(LONG).until(() -> subscribers.stream().allMatch(each -> each.last.offset() == end));
            assertThat(problems).isEmpty();
            assertThat(exchange.stats().drops()).doesNotContainKey(DropReason.MISSED);
        }
        transport.close().join();
    }

    private static <T> T value(CompletableFuture<T> future) {
        return future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }
}
