package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.transport.Transports;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Exchange of one node with its engine, and what its subscribers received. */
final class RedisNode implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final List<String> received = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final RedisEngine engine;
    final Exchange exchange;
    private final Transports.Lease transport = Transports.acquire();

    RedisNode(URI uri, Consumer<RedisEngine.Builder> options) {
        RedisEngine.Builder builder =
                RedisEngine.builder(uri).history(channel -> HistoryLimits.of(5000, Duration.ofMinutes(5)));
        options.accept(builder);
        engine = builder.build();
        value(engine.connect());
        exchange = Exchange.builder()
                .broker(engine.broker())
                .checkInterval(Duration.ofMillis(500))
                .build();
        exchange.onError(errors::add);
    }

    RedisNode subscribe(String channel) {
        return subscribe(channel, received);
    }

    RedisNode subscribe(String channel, List<String> log) {
        value(exchange.subscribe(channel, transport.transport().nextLoop(), new Subscriber() {
            @Override
            public void published(Publication publication) {
                log.add(String.valueOf(publication.data().value()));
            }

            @Override
            public void gap(Gap gap) {
                log.add("gap " + gap.reason());
            }
        }));
        return this;
    }

    CompletableFuture<Position> publish(String channel, int number) {
        return exchange.publish(channel, number);
    }

    void awaitLast(String last) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(received).isNotEmpty().endsWith(last));
    }

    void awaitState(BrokerState state) {
        await().atMost(PATIENCE).until(() -> engine.broker().state() == state);
    }

    @Override
    public void close() {
        exchange.close();
        engine.close();
        transport.release();
    }
}
