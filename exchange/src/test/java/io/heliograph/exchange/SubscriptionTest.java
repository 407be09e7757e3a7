package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscribe, unsubscribe, limits and close. */
class SubscriptionTest {

    private final Exchange exchange = Exchange.inMemory();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        exchange.close();
    }

    @Test
    void subscribeOnTheEventLoopIsCompleteAtOnce() {
        loop.execute(() -> {
            assertThat(exchange.subscribe("news", loop, publication -> {})).isCompleted();
            exchange.publish("news", 1);
        });
        loop.runReady();
        assertThat(exchange.stats().delivered()).isEqualTo(1);
    }

    @Test
    void subscribeElsewhereCompletesBeforeTheFirstDelivery() {
        CompletableFuture<ChannelSubscription> subscription =
                exchange.subscribe("news", loop, publication -> log.add("delivery"));
        subscription.thenRun(() -> log.add("future " + loop.inLoop()));
        exchange.publish("news", 1);
        assertThat(subscription).isNotDone();
        loop.runReady();
        assertThat(log).containsExactly("future true", "delivery");
    }

    @Test
    void firstAndLastSubscriberOfAChannelAreEvents() {
        exchange.onSubscribed(channel -> log.add("+" + channel));
        exchange.onUnsubscribed(channel -> log.add("-" + channel));
        ChannelSubscription a = subscribe("a");
        ChannelSubscription b = subscribe("b");
        assertThat(exchange.channels()).containsExactly("news");
        a.unsubscribe();
        b.unsubscribe();
        subscribe("c");
        assertThat(log).containsExactly("+news", "-news", "+news");
    }

    @Test
    void repeatedUnsubscribeEndsOneSubscription() {
        ChannelSubscription a = subscribe("a");
        subscribe("b");
        assertThat(a.unsubscribe()).isCompleted();
        assertThat(a.unsubscribe()).isCompleted();
        assertThat(exchange.subscribers("news")).isEqualTo(1);
        exchange.publish("news", 1);
        loop.runReady();
        assertThat(log).containsExactly("b:1");
    }

    @Test
    void subscriberMayEndSubscriptionsDuringADelivery() {
        List<ChannelSubscription> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int me = i;
            CompletableFuture<ChannelSubscription> subscription = exchange.subscribe("news", loop, publication -> {
                log.add(me + ":" + publication.data().text());
                if (me == 1) {
                    all.get(1).unsubscribe();
                    all.get(2).unsubscribe();
                }
            });
            loop.runReady();
            all.add(subscription.join());
        }
        exchange.publish("news", "a");
        exchange.publish("news", "b");
        loop.runReady();
        assertThat(log).containsExactly("0:\"a\"", "1:\"a\"", "3:\"a\"", "0:\"b\"", "3:\"b\"");
    }

    @Test
    void subscribeDuringADeliveryStartsWithTheNext() {
        loop.execute(() -> exchange.subscribe("news", loop, publication -> {
            if (publication.position().offset() == 1) {
                exchange.subscribe(
                        "news", loop, late -> log.add("late " + late.position().offset()));
            }
        }));
        loop.runReady();
        exchange.publish("news", 1);
        exchange.publish("news", 2);
        loop.runReady();
        // Subscribed while publication 2 was pending, so it starts after 2.
        exchange.publish("news", 3);
        loop.runReady();
        assertThat(log).containsExactly("late 3");
    }

    @Test
    void unsubscribeDuringALargeFanOutTakesEffect() {
        int subscribers = LoopQueue.MAX_TASK_DELIVERIES + 100;
        List<ChannelSubscription> all = new ArrayList<>();
        int[] deliveries = new int[subscribers];
        loop.execute(() -> {
            for (int i = 0; i < subscribers; i++) {
                int me = i;
                all.add(exchange.subscribe("news", loop, publication -> deliveries[me]++)
                        .join());
            }
            exchange.publish("news", 1); // delivers to the first 4096
            all.get(0).unsubscribe();
            all.get(subscribers - 1).unsubscribe();
        });
        loop.runReady();
        for (int i = 0; i < subscribers; i++) {
            assertThat(deliveries[i]).isEqualTo(i == subscribers - 1 ? 0 : 1);
        }
        exchange.publish("news", 2);
        loop.runReady();
        assertThat(exchange.stats().delivered()).isEqualTo(2L * subscribers - 3);
    }

    @Test
    void excessivePublicationIsRejected() {
        try (Exchange limited = Exchange.builder().maxMessageBytes(10).build()) {
            assertThat(limited.publish("news", "12345678")).isCompleted(); // 10 bytes of JSON
            assertThatThrownBy(() -> limited.publish("news", "123456789").join())
                    .hasCauseInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "publish: 11 bytes to channel 'news' (expected: at most 10, the exchange's maxMessageBytes)");
            assertThat(limited.stats().drops()).containsEntry(DropReason.MESSAGE_TOO_LONG, 1L);
        }
    }

    @Test
    void excessiveChannelNameIsRejected() {
        String name = "ü".repeat(513);
        for (CompletableFuture<?> each : List.of(
                exchange.publish(name, 1),
                exchange.publish(name),
                exchange.subscribe(name, loop, publication -> {}),
                exchange.history(name, null))) {
            assertThatThrownBy(each::join)
                    .hasCauseInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("of 513 characters (expected: at most 1024 bytes)");
        }
        assertThatThrownBy(() -> exchange.channel(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + "ü".repeat(80) + "...'");
        assertThat(exchange.publish("ü".repeat(512), 1)).isCompleted();
        assertThat(exchange.publish("", 1)).isCompleted();
        assertThat(exchange.publish("x".repeat(2_000_000), 1)).isCompletedExceptionally();
    }

    @Test
    void publishIsRejectedWhileAQueueIsFull() {
        try (Exchange small = Exchange.builder().maxQueuedBytes(1000).build()) {
            small.subscribe(
                    "news", loop, publication -> log.add(publication.data().text()));
            loop.runReady();
            for (int i = 0; i < 4; i++) {
                assertThat(small.publish("news", i)).isCompleted();
            }
            assertThatThrownBy(() -> small.publish("news", 5).join())
                    .hasCauseInstanceOf(QueueFullException.class)
                    .hasMessageContaining("'news'")
                    .hasMessageContaining("1000");
            assertThat(small.publish("sports", 1)).isCompleted();
            assertThat(small.stats().queuedBytes()).isEqualTo(4 * 257);
            assertThat(small.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 1L);
            loop.runReady();
            assertThat(small.publish("news", 6)).isCompleted();
            loop.runReady();
            assertThat(log).containsExactly("0", "1", "2", "3", "6");
        }
    }

    @Test
    void unencodableValueFailsThePublisher() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertThatThrownBy(() -> exchange.publish("news", circle).join()).hasCauseInstanceOf(CodecException.class);
        assertThat(exchange.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 1L);
    }

    @Test
    void payloadIsPublishedWithoutReencoding() {
        List<Payload> seen = new ArrayList<>();
        exchange.subscribe("news", loop, publication -> seen.add(publication.data()));
        exchange.subscribe("out", loop, publication -> seen.add(publication.data()));
        loop.runReady();
        exchange.publish("news", Map.of("a", 1));
        loop.runReady();
        Object payload = seen.getFirst();
        exchange.publish("out", payload);
        loop.runReady();
        assertThat(seen.get(1).frame()).isSameAs(seen.getFirst().frame());
        assertThat(seen.get(1).text()).isEqualTo("{\"a\":1}");
        exchange.publish("out", Payload.absent(seen.getFirst().codec()));
        loop.runReady();
        assertThat(seen.get(2).isPresent()).isFalse();
    }

    @Test
    void onPublishedFiresWithAndWithoutSubscribers() {
        exchange.onPublished(publication -> log.add("published " + publication.channel() + publication.hasData()));
        CompletableFuture<ChannelSubscription> subscription =
                exchange.subscribe("news", loop, publication -> log.add("delivered"));
        loop.runReady();
        loop.execute(() -> exchange.publish("news", 1));
        loop.runReady();
        subscription.join().unsubscribe();
        exchange.publish("sports");
        assertThat(log).containsExactly("delivered", "published newstrue", "published sportsfalse");
        assertThat(exchange.stats().published()).isEqualTo(2);
    }

    @Test
    void closeStopsDeliveryAtOnce() {
        ChannelSubscription subscription = subscribe("a");
        exchange.publish("news", 1);
        exchange.close();
        loop.runReady();
        assertThat(log).isEmpty();
        assertThat(subscription.isEnded()).isTrue();
        assertThat(subscription.unsubscribe()).isCompleted();
        assertThat(exchange.channels()).isEmpty();
        assertThatThrownBy(() -> exchange.publish("news", 1).join()).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void endedEventLoopEndsItsSubscribersOnly() {
        InMemoryTransport transport = InMemoryTransport.threaded(1);
        EventLoop ending = transport.nextLoop();
        ChannelSubscription gone =
                exchange.subscribe("news", ending, publication -> {}).join();
        subscribe("a");
        transport.close().join();

        assertThat(exchange.publish("news", 1)).isCompleted();
        assertThat(exchange.publish("news", 2)).isCompleted();
        loop.runReady();
        assertThat(log).containsExactly("a:1", "a:2");
        assertThatThrownBy(() ->
                        exchange.subscribe("news", ending, publication -> {}).join())
                .hasCauseInstanceOf(ClosedException.class);
        gone.unsubscribe();
        assertThat(exchange.subscribers("news")).isEqualTo(1);
        assertThat(exchange.stats().queuedBytes()).isZero();
    }

    private ChannelSubscription subscribe(String name) {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe(
                "news",
                loop,
                publication -> log.add(name + ":" + publication.data().text()));
        loop.runReady();
        return subscription.join();
    }
}
