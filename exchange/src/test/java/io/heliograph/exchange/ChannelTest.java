package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.CapturedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Listeners and streams of channels. */
class ChannelTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    record News(String title, int stars) {}

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @Test
    void listenerReceivesValuesOfItsType() throws Exception {
        try (Exchange exchange = Exchange.inMemory()) {
            Channel channel = exchange.channel("news");
            LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
            channel.on(News.class, got::add);
            channel.on(new TypeRef<News>() {}, news -> got.add(news.title()));
            channel.publish(new News("Rain", 3));
            assertThat(List.of(take(got), take(got))).containsExactlyInAnyOrder(new News("Rain", 3), "Rain");
            assertThat(channel.subscriberCount()).isEqualTo(2);
            assertThat(channel.name()).isEqualTo("news");
            assertThat(channel).hasToString("Channel[news]");
        }
    }

    @Test
    void nullAndAbsentDataAreNull() throws Exception {
        try (Exchange exchange = Exchange.inMemory()) {
            Channel channel = exchange.channel("news");
            LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
            channel.on(News.class, news -> got.add(String.valueOf(news)));
            channel.on(publication -> got.add("data " + publication.hasData()));
            channel.publish(null);
            channel.publish();
            assertThat(List.of(take(got), take(got), take(got), take(got)))
                    .containsExactlyInAnyOrder("null", "null", "data true", "data false");
        }
    }

    @Test
    void undecodableDataAndListenerExceptionsAreReported() throws Exception {
        try (Exchange exchange = Exchange.inMemory()) {
            LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
            exchange.onError(failures::add);
            LinkedBlockingQueue<Integer> got = new LinkedBlockingQueue<>();
            exchange.channel("news").on(Integer.class, number -> {
                if (number == 2) {
                    throw new IllegalStateException("two");
                }
                got.add(number);
            });
            exchange.publish("news", "one");
            exchange.publish("news", 2);
            exchange.publish("news", 3);
            assertThat(take(got)).isEqualTo(3);
            assertThat(take(failures)).isInstanceOf(SubscriberException.class).hasCauseInstanceOf(CodecException.class);
            assertThat(take(failures)).hasRootCauseMessage("two");
        }
    }

    @Test
    void listenerExceptionIsLoggedWithStackAndChannel() {
        try (CapturedLog log = new CapturedLog();
                Exchange exchange = Exchange.inMemory()) {
            // An error listener does not hide the failure from the log.
            exchange.onError(errors::add);
            exchange.channel("news").on(Integer.class, number -> {
                throw new IllegalStateException("number " + number);
            });
            for (int i = 0; i < 20; i++) {
                exchange.publish("news", i);
            }
            await().until(() -> errors.size() == 20);
            assertThat(log.warnings("channel=news")).hasSize(1);
            assertThat(log.text()).contains("IllegalStateException: number 0", "at io.heliograph.exchange.ChannelTest");
        }
    }

    @Test
    void blockedListenerDoesNotDelayOthers() throws Exception {
        try (Exchange exchange = Exchange.inMemory()) {
            CountDownLatch release = new CountDownLatch(1);
            LinkedBlockingQueue<Integer> slow = new LinkedBlockingQueue<>();
            LinkedBlockingQueue<Integer> fast = new LinkedBlockingQueue<>();
            exchange.channel("news").on(Integer.class, number -> {
                waitFor(release);
                slow.add(number);
            });
            exchange.channel("news").on(Integer.class, fast::add);
            for (int i = 0; i < 100; i++) {
                exchange.publish("news", i);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(take(fast)).isEqualTo(i);
            }
            assertThat(slow).isEmpty();
            release.countDown();
            for (int i = 0; i < 100; i++) {
                assertThat(take(slow)).isEqualTo(i);
            }
        }
    }

    @Test
    void slowListenerLosesPublicationsAndReportsOnce() throws Exception {
        try (Exchange exchange = Exchange.builder().maxQueuedBytes(1000).build()) {
            exchange.onError(errors::add);
            CountDownLatch release = new CountDownLatch(1);
            LinkedBlockingQueue<Integer> got = new LinkedBlockingQueue<>();
            exchange.channel("news").on(Integer.class, number -> {
                waitFor(release);
                got.add(number);
            });
            for (int i = 0; i < 20; i++) {
                assertThat(exchange.publish("news", i)).isCompleted();
            }
            release.countDown();
            for (int i = 0; i < 4; i++) {
                assertThat(take(got)).isEqualTo(i);
            }
            assertThat(exchange.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 16L);
            await().until(() -> errors.size() == 1);
            assertThat(errors.getFirst()).isInstanceOf(QueueFullException.class);
        }
    }

    @Test
    void directDispatchRunsListenersOnAnEventLoop() throws Exception {
        try (Exchange exchange = Exchange.builder().dispatch(Dispatch.direct()).build()) {
            exchange.onError(errors::add);
            LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
            Subscription subscription = exchange.channel("news").on(publication -> {
                threads.add(Thread.currentThread());
                throw new IllegalStateException("oops");
            });
            exchange.publish("news", 1);
            Thread loop = take(threads);
            assertThat(loop.getName()).startsWith("heliograph-io-");
            await().until(() -> errors.size() == 1);
            assertThat(errors.getFirst()).hasRootCauseMessage("oops");
            subscription.close();
            await().until(() -> exchange.channels().isEmpty());
            exchange.close();
            await().until(() -> !loop.isAlive()); // the lease of the shared transport has ended
        }
    }

    @Test
    void listenersSurviveARejectingExecutor() throws Exception {
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Executor named = task -> pool.execute(() -> {
                Thread.currentThread().setName("mine");
                task.run();
            });
            try (Exchange exchange =
                    Exchange.builder().dispatch(Dispatch.on(named)).build()) {
                LinkedBlockingQueue<String> threads = new LinkedBlockingQueue<>();
                exchange.channel("news")
                        .on(publication -> threads.add(Thread.currentThread().getName()));
                exchange.publish("news", 1);
                assertThat(take(threads)).isEqualTo("mine");
                pool.shutdown();
                // Otherwise one task may deliver both publications.
                assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
                exchange.publish("news", 2);
                assertThat(take(threads)).isEqualTo("heliograph-listener");
            }
        }
    }

    @Test
    void closedSubscriptionRemovesTheListener() throws Exception {
        try (Exchange exchange = Exchange.inMemory()) {
            LinkedBlockingQueue<Integer> got = new LinkedBlockingQueue<>();
            Subscription subscription = exchange.channel("news").on(Integer.class, got::add);
            exchange.publish("news", 1);
            assertThat(take(got)).isEqualTo(1);
            subscription.close();
            subscription.close();
            exchange.publish("news", 2);
            await().until(() -> exchange.stats().queuedBytes() == 0);
            assertThat(got).isEmpty();
            assertThat(exchange.channel("news").subscriberCount()).isZero();
        }
    }

    @Test
    void streamIsOrderedAndEndsWithTheExchange() {
        List<Integer> got = new ArrayList<>();
        try (Exchange exchange = Exchange.inMemory()) {
            EventStream<Integer> stream = exchange.channel("news").stream(Integer.class);
            for (int i = 0; i < 5; i++) {
                exchange.publish("news", i);
            }
            for (int number : stream) {
                got.add(number);
                if (number == 4) {
                    exchange.close();
                }
            }
        }
        assertThat(got).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void fullStreamDropsTheNewestAndReportsOnce() {
        try (Exchange exchange = Exchange.builder().streamCapacity(4).build();
                EventStream<Integer> stream = exchange.channel("news").stream(Integer.class)) {
            exchange.onError(errors::add);
            for (int i = 0; i < 10; i++) {
                exchange.publish("news", i);
            }
            await().until(() -> exchange.stats().drops().getOrDefault(io.heliograph.DropReason.SLOW_CONSUMER, 0L) == 6);
            for (int i = 0; i < 4; i++) {
                assertThat(stream.next(LONG)).isEqualTo(i);
            }
            exchange.publish("news", 10);
            assertThat(stream.next(LONG)).isEqualTo(10);
            assertThat(errors).hasSize(1);
            assertThat(errors.getFirst())
                    .isInstanceOf(QueueFullException.class)
                    .hasMessageContaining("'news'")
                    .hasMessageContaining("at most 4");
        }
    }

    @Test
    void failedSubscriptionFailsItsFutureAndItsStream() {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.onError(errors::add);
            Subscription subscription = exchange.channel("news").on(publication -> {});
            EventStream<Integer> stream = exchange.channel("news").stream(Integer.class);
            assertThat(subscription.subscribed()).isNotDone();
            broker.subscribes.remove().completeExceptionally(new IllegalStateException("refused"));
            assertThatThrownBy(() -> subscription.subscribed().join()).hasCauseInstanceOf(BrokerException.class);
            assertThatThrownBy(() -> stream.subscribed().join()).hasCauseInstanceOf(BrokerException.class);
            assertThatThrownBy(() -> stream.iterator().hasNext()).isInstanceOf(BrokerException.class);

            Subscription again = exchange.channel("news").on(publication -> {});
            broker.subscribes.remove().complete(StubBroker.at(0));
            again.subscribed().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void closedStreamUnsubscribes() {
        try (Exchange exchange = Exchange.inMemory()) {
            EventStream<News> stream = exchange.channel("news").stream(new TypeRef<News>() {});
            stream.close();
            await().until(() -> exchange.channels().isEmpty());
            assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void closedExchangeStartsNoSubscription() {
        Exchange exchange = Exchange.inMemory();
        exchange.close();
        exchange.channel("news").on(publication -> {}).close();
        try (EventStream<News> stream = exchange.channel("news").stream(News.class)) {
            assertThat(stream.iterator().hasNext()).isFalse();
        }
        assertThat(exchange.channels()).isEmpty();
    }

    @Test
    void invalidOptionsAreRejected() {
        assertThatThrownBy(() -> Exchange.builder().maxChannelBytes(0))
                .hasMessage("maxChannelBytes: 0 (expected: > 0)");
        assertThatThrownBy(() -> Exchange.builder().maxQueuedBytes(0)).hasMessage("maxQueuedBytes: 0 (expected: > 0)");
        assertThatThrownBy(() -> Exchange.builder().streamCapacity(0)).hasMessage("streamCapacity: 0 (expected: > 0)");
        assertThatThrownBy(() -> Exchange.builder().brokerTimeout(Duration.ZERO))
                .hasMessage("brokerTimeout: PT0S (expected: > 0)");
        Broker broker = Broker.inMemory();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            assertThat(exchange.channels()).isEmpty();
            Exchange.Builder second = Exchange.builder().broker(broker);
            assertThatThrownBy(second::build).isInstanceOf(IllegalStateException.class);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T take(LinkedBlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(30, TimeUnit.SECONDS);
        if (taken == null) {
            throw new AssertionError("nothing came");
        }
        return taken;
    }
}
