package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Recipients, thread, time and order of deliveries, on manual event loops. */
class DeliveryTest {

    private final Exchange exchange = Exchange.inMemory();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final ManualEventLoop other = loop.clock().newLoop();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        exchange.close();
    }

    @Test
    void publicationReachesSubscribersOnTheirEventLoops() {
        subscribe("news", loop, "a");
        subscribe("news", other, "b");
        subscribe("sports", loop, "c");

        Position position = exchange.publish("news", List.of(1, 2)).join();

        assertThat(log).isEmpty();
        loop.runReady();
        assertThat(log).containsExactlyInAnyOrder("a:[1,2]", "b:[1,2]");
        assertThat(position.offset()).isEqualTo(1);
    }

    @Test
    void publishOnTheEventLoopDeliversBeforeReturning() {
        subscribe("news", loop, "a");
        subscribe("news", other, "b");
        loop.execute(() -> {
            CompletableFuture<Position> published = exchange.publish("news", 1);
            assertThat(log).containsExactly("a:1");
            assertThat(published).isCompleted();
        });
        loop.runReady();
        assertThat(log).containsExactly("a:1", "b:1");
    }

    @Test
    void pendingDeliveriesPrecedeNewPublications() {
        subscribe("news", loop, "a");
        loop.execute(() -> {
            exchange.publish("news", 2);
            log.add("returned");
        });
        exchange.publish("news", 1); // its task follows the task above

        loop.runReady();

        assertThat(log).containsExactly("a:1", "a:2", "returned");
    }

    @Test
    void publicationOfASubscriberArrivesAfterItReturns() {
        List<Object> seen = new ArrayList<>();
        CompletableFuture<?>[] second = new CompletableFuture<?>[1];
        on(
                loop,
                () -> exchange.subscribe("news", loop, publication -> {
                    seen.add(publication.data().text());
                    if (seen.size() == 1) {
                        second[0] = exchange.publish("news", 2);
                        seen.add("published");
                        assertThat(second[0]).isNotDone();
                    }
                }));
        on(loop, () -> exchange.publish("news", 1));
        assertThat(seen).containsExactly("1", "published", "2");
        assertThat(second[0]).isCompleted();
    }

    @Test
    void largeFanOutYieldsTheEventLoopAndKeepsItsOrder() {
        int subscribers = 2 * LoopQueue.MAX_TASK_DELIVERIES + 10;
        List<Long> last = new ArrayList<>();
        AtomicInteger deliveries = new AtomicInteger();
        on(loop, () -> {
            for (int i = 0; i < subscribers; i++) {
                int me = i;
                exchange.subscribe("news", loop, publication -> {
                    deliveries.incrementAndGet();
                    if (me == subscribers - 1) {
                        last.add(publication.position().offset());
                    }
                });
            }
        });
        loop.execute(() -> {
            CompletableFuture<Position> first = exchange.publish("news", 1);
            assertThat(deliveries).hasValue(LoopQueue.MAX_TASK_DELIVERIES);
            assertThat(first).isNotDone(); // completes after the deliveries on this event loop
            exchange.publish("news", 2);
            first.thenRun(() -> log.add("first done at " + deliveries));
        });
        loop.runReady();
        assertThat(deliveries).hasValue(2 * subscribers);
        assertThat(last).containsExactly(1L, 2L);
        assertThat(log).containsExactly("first done at " + subscribers);
    }

    @Test
    void burstIsOneTaskOfTheEventLoop() {
        subscribe("news", loop, "a");
        for (int i = 0; i < 100; i++) {
            exchange.publish("news", i);
        }
        assertThat(loop.runReady()).isEqualTo(1);
        assertThat(log).hasSize(100);
    }

    @Test
    void subscriberExceptionIsReportedAndOthersAreDelivered() {
        List<Throwable> errors = new ArrayList<>();
        exchange.onError(errors::add);
        on(
                loop,
                () -> exchange.subscribe("news", loop, publication -> {
                    throw new IllegalStateException("oops");
                }));
        subscribe("news", loop, "b");
        on(loop, () -> exchange.publish("news", 1));
        assertThat(log).containsExactly("b:1");
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst())
                .isInstanceOf(SubscriberException.class)
                .hasRootCauseMessage("oops")
                .hasMessage("a subscriber of 'news' failed: java.lang.IllegalStateException: oops");
        assertThat(exchange.stats().drops()).containsExactly(Map.entry(DropReason.SUBSCRIBER_FAILURE, 1L));
    }

    @Test
    void absentDataDiffersFromNull() {
        List<Publication> seen = new ArrayList<>();
        on(loop, () -> exchange.subscribe("news", loop, seen::add));
        on(loop, () -> {
            exchange.publish("news");
            exchange.publish("news", (Object) null);
        });
        assertThat(seen).extracting(Publication::hasData).containsExactly(false, true);
        assertThat(seen.get(0).data().value()).isNull();
        assertThat(seen.get(1).data().text()).isEqualTo("null");
    }

    @Test
    void publicationIsEncodedOnceForAllSubscribers() {
        AtomicInteger made = new AtomicInteger();
        Encoding format = publication -> {
            made.incrementAndGet();
            return Frame.utf8("<" + publication.data().text() + ">");
        };
        List<Frame> frames = new ArrayList<>();
        for (ManualEventLoop each : List.of(loop, other)) {
            for (int i = 0; i < 50; i++) {
                exchange.subscribe("news", each, publication -> frames.add(publication.encoded(format)));
            }
        }
        loop.runReady();
        exchange.publish("news", "x");
        loop.runReady();
        assertThat(made).hasValue(1);
        assertThat(frames).hasSize(100).allSatisfy(frame -> assertThat(frame).isSameAs(frames.getFirst()));
        assertThat(frames.getFirst().utf8()).isEqualTo("<\"x\">");
    }

    @Test
    void offsetsContinueAfterLastSubscriber() {
        ChannelSubscription first = subscribe("news", loop, "a");
        Position one = exchange.publish("news", 1).join();
        Position two = exchange.publish("news", 2).join();
        first.unsubscribe();
        ChannelSubscription again = subscribe("news", loop, "a");
        Position last = exchange.publish("news", 3).join();

        assertThat(List.of(one.offset(), two.offset(), last.offset())).containsExactly(1L, 2L, 3L);
        assertThat(List.of(one.epoch(), two.epoch(), last.epoch())).containsOnly(one.epoch());
        assertThat(again.position()).isEqualTo(two);
    }

    @Test
    void joinAndLeaveKeepOrderAndCount() {
        List<ChannelSubscription> all = new ArrayList<>(IntStream.range(0, 100)
                .mapToObj(i -> subscribe("news", loop, "s" + i))
                .toList());
        for (int i = 0; i < 100; i += 2) {
            all.get(i).unsubscribe();
        }
        exchange.publish("news", 1);
        loop.runReady();
        assertThat(log)
                .containsExactlyInAnyOrder(IntStream.range(0, 50)
                        .mapToObj(i -> "s" + (2 * i + 1) + ":1")
                        .toArray(String[]::new));
        assertThat(exchange.subscribers("news")).isEqualTo(50);
        assertThat(exchange.stats())
                .extracting(ExchangeStats::channels, ExchangeStats::subscriptions)
                .containsExactly(1L, 50L);
        assertThat(LongStream.of(exchange.stats().delivered()).sum()).isEqualTo(50);
    }

    private ChannelSubscription subscribe(String channel, ManualEventLoop where, String name) {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe(
                channel,
                where,
                publication -> log.add(name + ":" + publication.data().text()));
        loop.runReady();
        return subscription.join();
    }

    private static void on(ManualEventLoop loop, Runnable task) {
        loop.execute(task);
        loop.runReady();
    }
}
