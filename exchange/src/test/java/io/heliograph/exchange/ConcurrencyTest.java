package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrency, on event loops with threads. */
class ConcurrencyTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Exchange exchange = Exchange.builder().maxQueuedBytes(1 << 30).build();
    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        exchange.close();
        assertThat(problems).isEmpty();
    }

    /** Subscriber that checks for consecutive offsets. */
    private final class Checked implements Subscriber {
        private final EventLoop loop;
        private volatile long last = -1;
        private volatile int count;
        private volatile boolean ended;

        Checked(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        public void published(Publication publication) {
            long offset = publication.position().offset();
            if (!loop.inLoop()) {
                problems.add("not on its loop");
            }
            if (last >= 0 && offset != last + 1) {
                problems.add(offset + " after " + last);
            }
            if (ended) {
                problems.add(offset + " after the end");
            }
            last = offset;
            count++;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void allSubscribersReceiveAllPublicationsInOneOrder(boolean netty) throws Exception {
        Transports.Lease lease = Transports.acquire();
        Transport transport = netty ? lease.transport() : InMemoryTransport.threaded(3);
        int publishers = 4;
        int each = 5000;
        List<Checked> subscribers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            EventLoop loop = transport.nextLoop();
            Checked subscriber = new Checked(loop);
            exchange.subscribe("news", loop, subscriber).get(30, TimeUnit.SECONDS);
            subscribers.add(subscriber);
        }
        CountDownLatch done = new CountDownLatch(publishers);
        for (int i = 0; i < publishers; i++) {
            Runnable publishing = () -> {
                for (int n = 0; n < each; n++) {
                    exchange.publish("news", n);
                }
                done.countDown();
            };
            if (i % 2 == 0) {
                transport.nextLoop().execute(publishing);
            } else {
                Thread.ofVirtual().start(publishing);
            }
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        for (Checked subscriber : subscribers) {
            await().atMost(LONG).until(() -> subscriber.count == publishers * each);
            assertThat(subscriber.last).isEqualTo((long) publishers * each);
        }
        await().atMost(LONG).until(() -> exchange.stats().queuedBytes() == 0);
        assertThat(exchange.stats().delivered()).isEqualTo(12L * publishers * each);
        if (!netty) {
            transport.close().join();
        }
        lease.release().join();
    }

    @Test
    void subscribersJoinAndLeaveDuringPublication() throws Exception {
        InMemoryTransport transport = InMemoryTransport.threaded(2);
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch ready = new CountDownLatch(2);
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            // Virtual threads that never block would keep the members from their carriers.
            publishers.add(Thread.ofPlatform().daemon().start(() -> {
                for (int n = 0; n < 20_000 || !done.get(); n++) {
                    exchange.publish("news", n);
                    if (n == 100) {
                        ready.countDown();
                    }
                }
            }));
        }
        assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
        List<Thread> members = new ArrayList<>();
        AtomicInteger rounds = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            EventLoop loop = transport.nextLoop();
            boolean onLoop = i < 2;
            members.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 50; n++) {
                    joinAndLeave(loop, onLoop);
                    rounds.incrementAndGet();
                }
            }));
        }
        for (Thread member : members) {
            assertThat(member.join(LONG)).isTrue();
        }
        done.set(true);
        for (Thread publisher : publishers) {
            assertThat(publisher.join(LONG)).isTrue();
        }
        assertThat(rounds).hasValue(200);
        assertThat(exchange.subscribers("news")).isZero();
        await().atMost(LONG).until(() -> exchange.stats().queuedBytes() == 0);
        transport.close().join();
    }

    /** Subscribes, and unsubscribes on the event loop or on this thread. */
    private void joinAndLeave(EventLoop loop, boolean onLoop) {
        Checked member = new Checked(loop);
        ChannelSubscription subscription =
                exchange.subscribe("news", loop, member).join();
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (onLoop) {
            loop.execute(() -> {
                subscription.unsubscribe();
                member.ended = true;
                left.complete(null);
            });
        } else {
            subscription.unsubscribe();
            // A delivery in progress may finish.
            loop.execute(() -> {
                member.ended = true;
                left.complete(null);
            });
        }
        left.join();
        if (member.last >= 0 && member.last != subscription.position().offset() + member.count) {
            problems.add("started at another position than " + subscription.position());
        }
    }

    /** Subscriber that completes with the publication at an offset. */
    private static final class Awaiting implements Subscriber {
        private final ConcurrentHashMap<Long, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();

        CompletableFuture<Void> at(Position position) {
            return awaited.computeIfAbsent(position.offset(), offset -> new CompletableFuture<>());
        }

        @Override
        public void published(Publication publication) {
            at(publication.position()).complete(null);
        }
    }

    @Test
    void channelsAreCreatedAndDiscardedConcurrently() throws Exception {
        InMemoryTransport transport = InMemoryTransport.threaded(2);
        ConcurrentHashMap<String, AtomicInteger> open = new ConcurrentHashMap<>();
        AtomicInteger created = new AtomicInteger();
        exchange.onSubscribed(channel -> {
            created.incrementAndGet();
            if (open.computeIfAbsent(channel, c -> new AtomicInteger()).incrementAndGet() != 1) {
                problems.add("subscribed twice: " + channel);
            }
        });
        exchange.onUnsubscribed(channel -> {
            AtomicInteger count = open.get(channel);
            if (count == null || count.decrementAndGet() != 0) {
                problems.add("unsubscribed twice: " + channel);
            }
        });
        int rounds = 3000;
        List<CompletableFuture<Void>> members = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EventLoop loop = transport.nextLoop();
            members.add(CompletableFuture.runAsync(() -> createAndDiscard(loop, rounds), Thread::startVirtualThread));
        }
        for (CompletableFuture<Void> member : members) {
            member.get(LONG.toSeconds(), TimeUnit.SECONDS); // fails with the first exception of the member
        }
        await().atMost(LONG).until(() -> open.values().stream().allMatch(count -> count.get() == 0));
        assertThat(open).containsOnlyKeys("c0", "c1", "c2");
        assertThat(created.get()).isBetween(3, 4 * rounds);
        assertThat(exchange.channels()).isEmpty();
        await().atMost(LONG).until(() -> exchange.stats().queuedBytes() == 0);
        transport.close().join();
    }

    /** Subscribes to channels that others create and discard, and receives an own publication in each. */
    private void createAndDiscard(EventLoop loop, int rounds) {
        for (int n = 0; n < rounds; n++) {
            String channel = "c" + n % 3;
            Awaiting subscriber = new Awaiting();
            ChannelSubscription subscription =
                    exchange.subscribe(channel, loop, subscriber).join();
            Position position = exchange.publish(channel, n).join();
            if (position.offset() <= subscription.position().offset()) {
                problems.add("published at " + position + ", subscribed at " + subscription.position());
            }
            subscriber
                    .at(position)
                    .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
                    .join();
            subscription.unsubscribe();
        }
    }

    @Test
    void publicationIsEncodedOnceForManyEventLoops() throws Exception {
        InMemoryTransport transport = InMemoryTransport.threaded(4);
        AtomicInteger made = new AtomicInteger();
        Encoding format = publication -> {
            made.incrementAndGet();
            return publication.data().frame();
        };
        int publications = 500;
        CountDownLatch deliveries = new CountDownLatch(4 * publications);
        for (int i = 0; i < 4; i++) {
            exchange.subscribe("news", transport.nextLoop(), publication -> {
                        publication.encoded(format);
                        deliveries.countDown();
                    })
                    .get(30, TimeUnit.SECONDS);
        }
        for (int n = 0; n < publications; n++) {
            exchange.publish("news", n);
        }
        assertThat(deliveries.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made).hasValue(publications);
        transport.close().join();
    }
}
