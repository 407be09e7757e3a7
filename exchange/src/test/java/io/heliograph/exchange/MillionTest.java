package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.memory.InMemoryBroker;
import io.heliograph.testkit.ManualEventLoop;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory and time of a million subscriptions. */
class MillionTest {

    private static final int MILLION = 1_000_000;

    private final ManualEventLoop loop = ManualEventLoop.create();

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void subscriptionInALargeChannelTakesUnder100Bytes() {
        try (Exchange exchange = Exchange.inMemory()) {
            ChannelSubscription[] all = new ChannelSubscription[MILLION];
            int[] deliveries = new int[1];
            Subscriber subscriber = publication -> deliveries[0]++;
            long before = usedBytes();
            loop.execute(() -> {
                for (int i = 0; i < MILLION; i++) {
                    all[i] = exchange.subscribe("channel " + i % 1000, loop, subscriber)
                            .join();
                }
            });
            loop.runReady();
            long each = (usedBytes() - before) / MILLION;
            assertThat(each).isLessThan(100);
            assertThat(exchange.stats().subscriptions()).isEqualTo(MILLION);

            exchange.publish("channel 7", 1);
            loop.runReady();
            assertThat(deliveries[0]).isEqualTo(1000);

            loop.execute(() -> {
                for (int i = 0; i < MILLION; i++) {
                    all[i].unsubscribe();
                }
            });
            loop.runReady();
            assertThat(exchange.channels()).isEmpty();
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void millionSubscriptionsOfOneChannelEndInAnyOrder() {
        try (Exchange exchange = Exchange.inMemory()) {
            ChannelSubscription[] all = new ChannelSubscription[MILLION];
            loop.execute(() -> {
                for (int i = 0; i < MILLION; i++) {
                    all[i] = exchange.subscribe("news", loop, publication -> {}).join();
                }
                for (int i = 0; i < MILLION; i += 2) {
                    all[i].unsubscribe();
                }
                for (int i = MILLION - 1; i > 0; i -= 2) {
                    all[i].unsubscribe();
                }
            });
            loop.runReady();
            assertThat(exchange.channels()).isEmpty();
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void channelsWithoutSubscribersAreLimited() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.none());
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            for (int i = 0; i < 100_000; i++) {
                exchange.publish("channel " + i, 1);
            }
            assertThat(broker.size()).isZero();
            loop.execute(() -> {
                for (int i = 0; i < 100_010; i++) {
                    exchange.subscribe("channel " + i, loop, publication -> {})
                            .join()
                            .unsubscribe();
                }
            });
            loop.runReady();
            assertThat(broker.size()).isZero();
            assertThat(broker.unusedSize()).isEqualTo(100_000);
        }
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
