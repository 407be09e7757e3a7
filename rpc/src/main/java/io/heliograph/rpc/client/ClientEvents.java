package io.heliograph.rpc.client;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.KeyedListeners;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.RpcGap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The listeners and streams of received events. Thread-safe. */
final class ClientEvents {

    private final ClientCore core;
    private final KeyedListeners<String, Consumer<? super RpcEvent>> listeners;
    private final KeyedListeners<String, Consumer<? super RpcGap>> gapListeners;
    private final Set<StreamSource<?>> sources = ConcurrentHashMap.newKeySet();

    ClientEvents(ClientCore core) {
        this.core = core;
        this.listeners = new KeyedListeners<>((name, failure, event, unused) ->
                core.errors.emitUserCode("event=" + name, core.options.target().toString(), failure));
        this.gapListeners = new KeyedListeners<>((name, failure, gap, unused) ->
                core.errors.emitUserCode("event=" + name, core.options.target().toString(), failure));
    }

    /** Reports missing events to the listeners of the event. Without one, they are logged. */
    void emit(RpcGap gap) {
        if (gapListeners.has(gap.event())) {
            gapListeners.emit(gap.event(), (listener, g, unused) -> listener.accept(g), gap, null);
        } else {
            core.errors
                    .failures()
                    .expected(
                            "events missed",
                            "Events missed: event=" + gap.event() + " reason=" + gap.reason() + " server="
                                    + core.options.target());
        }
    }

    Subscription onGap(String name, Consumer<? super RpcGap> listener) {
        return gapListeners.on(name, listener);
    }

    boolean hasListener(String name) {
        return listeners.has(name);
    }

    void emit(RpcEvent event) {
        listeners.emit(event.name(), (listener, e, unused) -> listener.accept(e), event, null);
    }

    Subscription on(String name, Consumer<? super RpcEvent> listener) {
        return listeners.on(name, listener);
    }

    Subscription once(String name, Consumer<? super RpcEvent> listener) {
        return listeners.once(name, listener);
    }

    void off(String name) {
        listeners.off(name);
    }

    /** Decodes events for a consumer. An event that cannot be decoded is the failure of the server, not of the consumer. */
    <T> Consumer<RpcEvent> decoding(Function<RpcEvent, @Nullable T> decoder, Consumer<? super T> consumer) {
        return event -> {
            T decoded;
            try {
                decoded = decoder.apply(event);
            } catch (CodecException e) {
                core.undecodable(e);
                return;
            }
            consumer.accept(decoded);
        };
    }

    <T> EventStream<T> stream(String name, Function<RpcEvent, @Nullable T> decoder) {
        Subscription[] added = new Subscription[1];
        StreamSource<?>[] created = new StreamSource<?>[1];
        StreamSource<T> source = new StreamSource<>(
                "events '" + name + "'",
                core.options.endpoint().maxPendingMessages(),
                core.lifecycle.backpressure(),
                () -> {
                    added[0].close();
                    sources.remove(created[0]);
                });
        created[0] = source;
        added[0] = on(name, decoding(decoder, source::emit));
        sources.add(source);
        return source.stream();
    }

    /** Ends all streams after their buffered events. */
    void end() {
        sources.forEach(StreamSource::end);
    }
}
