package io.heliograph.exchange;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.internal.Nullness;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Default {@link Channel}: the name of a channel and its exchange. */
final class DefaultChannel implements Channel {

    private final DefaultExchange exchange;
    private final Consumers consumers;
    private final String name;

    DefaultChannel(DefaultExchange exchange, Consumers consumers, String name) {
        this.exchange = exchange;
        this.consumers = consumers;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<Position> publish(@Nullable Object value) {
        return exchange.publish(name, value);
    }

    @Override
    public CompletableFuture<Position> publish() {
        return exchange.publish(name);
    }

    @Override
    public <T> Subscription on(Class<T> type, Consumer<? super T> listener) {
        return on(TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription on(TypeRef<T> type, Consumer<? super T> listener) {
        return on(publication ->
                listener.accept(Nullness.unchecked(publication.data().as(type))));
    }

    @Override
    public Subscription on(Consumer<? super Publication> listener) {
        return consumers.listen(name, listener);
    }

    @Override
    public <T> EventStream<T> stream(Class<T> type) {
        return stream(TypeRef.of(type));
    }

    @Override
    public <T> EventStream<T> stream(TypeRef<T> type) {
        return consumers.stream(name, type);
    }

    @Override
    public int subscriberCount() {
        return exchange.subscribers(name);
    }

    @Override
    public String toString() {
        return "Channel[" + BrokerException.shown(name) + "]";
    }
}
