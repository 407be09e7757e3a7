package io.heliograph.rpc.client;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.KeyedListeners;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.rpc.RpcEvent;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The listeners and streams of received events. Thread-safe. */
final class ClientEvents {

    private static final int CAPACITY = 1024;

    private final KeyedListeners<String, Consumer<? super RpcEvent>> listeners;
    private final Map<String, AtomicInteger> names = new ConcurrentHashMap<>();
    private final Set<StreamSource<RpcEvent>> sources = ConcurrentHashMap.newKeySet();
    private final DetachedBackpressure pausable = new DetachedBackpressure();

    ClientEvents(ClientCore core) {
        this.listeners = new KeyedListeners<>(failure -> core.errors.report(failure));
    }

    void attach(SerialExecutor executor) {
        pausable.attach(executor);
    }

    /** Returns whether there may be a listener. */
    boolean has(String name) {
        return names.containsKey(name);
    }

    void emit(RpcEvent event) {
        listeners.emit(event.name(), (listener, e, unused) -> listener.accept(e), event, null);
    }

    Subscription on(String name, Consumer<? super RpcEvent> listener) {
        return counted(name, listeners.on(name, listener));
    }

    @SuppressWarnings("NullAway") // an event without arguments is null
    <T> Subscription on(String name, TypeRef<T> type, Consumer<? super T> listener) {
        return on(name, event -> listener.accept(event.as(type)));
    }

    Subscription once(String name, Consumer<? super RpcEvent> listener) {
        return counted(name, listeners.once(name, listener));
    }

    /** Counts the listeners of a name until the subscription is closed. */
    private Subscription counted(String name, Subscription subscription) {
        names.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            subscription.close();
            if (open.compareAndSet(true, false)) {
                names.computeIfPresent(name, (key, count) -> count.decrementAndGet() <= 0 ? null : count);
            }
        };
    }

    void off(String name) {
        listeners.off(name);
    }

    EventStream<RpcEvent> stream(String name) {
        Subscription[] added = new Subscription[1];
        @SuppressWarnings({"unchecked", "rawtypes"})
        StreamSource<RpcEvent>[] made = new StreamSource[1];
        StreamSource<RpcEvent> source = new StreamSource<>("events '" + name + "'", CAPACITY, pausable, () -> {
            added[0].close();
            sources.remove(made[0]);
        });
        made[0] = source;
        added[0] = on(name, source::emit);
        sources.add(source);
        return source.stream();
    }

    /** Ends all streams after their buffered events. */
    void end() {
        sources.forEach(StreamSource::end);
    }

    void forceOpen() {
        pausable.forceOpen();
    }

    /** Backpressure that exists before its executor; before then, no events are emitted. */
    private static final class DetachedBackpressure implements Pausable {

        private volatile @Nullable StreamBackpressure pausable;

        void attach(SerialExecutor executor) {
            pausable = new StreamBackpressure(executor);
        }

        @Override
        public void pause() {
            StreamBackpressure present = pausable;
            if (present != null) {
                present.pause();
            }
        }

        @Override
        public void resume() {
            StreamBackpressure present = pausable;
            if (present != null) {
                present.resume();
            }
        }

        void forceOpen() {
            StreamBackpressure present = pausable;
            if (present != null) {
                present.release();
            }
        }
    }
}
