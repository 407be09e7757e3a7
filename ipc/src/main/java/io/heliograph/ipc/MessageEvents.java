package io.heliograph.ipc;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.KeyedListeners;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Nullness;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@code message} and {@code message.<topic>} events of an endpoint, and its streams.
 *
 * @param <P> how listeners see the peer that a message came from
 */
final class MessageEvents<P> {

    private final Listeners<BiConsumer<? super IpcMessage, ? super P>> all;
    private final KeyedListeners<String, BiConsumer<? super Payload, ? super P>> byTopic;
    private final KeyedListeners<String, BiConsumer<? super Payload, ? super P>> topicStreams;
    private final Listeners<BiConsumer<? super IpcMessage, ? super P>> streams;
    private final Set<StreamSource<?>> sources = ConcurrentHashMap.newKeySet();
    private final StreamBackpressure pausable;
    private final int streamCapacity;
    private final Function<P, @Nullable String> clientId;
    private volatile boolean ended;

    /**
     * @param onFailure told on the executor of what a listener throws
     * @param clientId names the peer in an error; null on a client
     */
    MessageEvents(
            Consumer<Throwable> onFailure,
            StreamBackpressure pausable,
            int streamCapacity,
            Function<P, @Nullable String> clientId) {
        this.all = new Listeners<>(onFailure);
        this.byTopic = new KeyedListeners<>(onFailure);
        this.topicStreams = new KeyedListeners<>(onFailure);
        this.streams = new Listeners<>(onFailure);
        this.pausable = pausable;
        this.streamCapacity = streamCapacity;
        this.clientId = clientId;
    }

    /** Calls the listeners of a message, then those of its topic; on the executor. */
    void emit(String topic, Payload payload, P peer) {
        if (!all.isEmpty() || !streams.isEmpty()) {
            IpcMessage message = new IpcMessage(topic, payload);
            all.emit((listener, m, p) -> listener.accept(m, p), message, peer);
            streams.emit((stream, m, p) -> stream.accept(m, p), message, peer);
        }
        byTopic.emit(topic, (listener, m, p) -> listener.accept(m, p), payload, peer);
        if (!sources.isEmpty()) {
            topicStreams.emit(topic, (stream, m, p) -> stream.accept(m, p), payload, peer);
        }
    }

    Subscription onAll(BiConsumer<? super IpcMessage, ? super P> listener) {
        return all.on(listener);
    }

    Subscription on(String topic, BiConsumer<? super Payload, ? super P> listener) {
        return byTopic.on(topic, listener);
    }

    Subscription once(String topic, BiConsumer<? super Payload, ? super P> listener) {
        return byTopic.once(topic, listener);
    }

    void off(String topic) {
        byTopic.off(topic);
    }

    /** A listener that decodes first. What does not fit becomes a failure of the listener, and so an error event. */
    <T> BiConsumer<Payload, P> typed(String topic, TypeRef<T> type, BiConsumer<? super T, ? super P> listener) {
        return (payload, peer) -> listener.accept(decode(topic, type, payload, peer), peer);
    }

    private <T> T decode(String topic, TypeRef<T> type, Payload payload, P peer) {
        try {
            return Nullness.unchecked(payload.as(type));
        } catch (CodecException e) {
            throw new DecodeException(
                    "the message with topic " + Wire.quoted(topic) + " is not a " + type + ": " + e.getMessage(),
                    e,
                    shown(payload),
                    clientId.apply(peer));
        }
    }

    private static String shown(Payload payload) {
        try {
            ByteBuffer bytes = payload.bytes();
            byte[] start = new byte[Math.min(Wire.REPORTED_BYTES, bytes.remaining())];
            bytes.get(start);
            return Frame.of(start).utf8();
        } catch (CodecException e) {
            return ""; // a value of a custom transcoder
        }
    }

    /** A stream of the messages of a topic. */
    <T, E> EventStream<E> stream(String topic, TypeRef<T> type, BiFunction<? super T, ? super P, E> event) {
        return open(
                "the topic '" + topic + "'",
                source -> topicStreams.on(
                        topic, typed(topic, type, (message, peer) -> source.emit(event.apply(message, peer)))));
    }

    /** A stream of all messages. */
    <E> EventStream<E> stream(BiFunction<? super IpcMessage, ? super P, E> event) {
        return open("all topics", source -> streams.on((message, peer) -> source.emit(event.apply(message, peer))));
    }

    private <E> EventStream<E> open(String name, Function<StreamSource<E>, Subscription> feed) {
        // The source is not known to the code that ends it until it has been made.
        Ending<E> ending = new Ending<>();
        StreamSource<E> source = new StreamSource<>(name, streamCapacity, pausable, ending);
        EventStream<E> stream = source.stream();
        sources.add(source);
        ending.begin(source, feed.apply(source));
        if (ended) {
            source.end();
        }
        return stream;
    }

    /** Takes a stream that was closed out of the events. */
    private final class Ending<E> implements Runnable {

        private @Nullable StreamSource<E> source;
        private @Nullable Subscription subscription;

        void begin(StreamSource<E> source, Subscription subscription) {
            this.source = source;
            this.subscription = subscription;
        }

        @Override
        public void run() {
            if (subscription != null && source != null) {
                subscription.close();
                sources.remove(source);
            }
        }
    }

    /** Ends all streams, after the messages they hold; nothing is emitted from now on. */
    void end() {
        ended = true;
        sources.forEach(StreamSource::end);
        sources.clear();
    }
}
