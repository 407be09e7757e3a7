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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Message events and streams of an endpoint, for all topics and by topic. */
final class MessageEvents {

    private final Listeners<BiConsumer<? super IpcMessage, ? super Connection>> all;
    private final Listeners<BiConsumer<? super IpcMessage, ? super Connection>> streams;
    private final KeyedListeners<String, BiConsumer<? super Payload, ? super Connection>> byTopic;
    private final KeyedListeners<String, BiConsumer<? super Payload, ? super Connection>> topicStreams;
    private final Set<StreamSource<?>> sources = ConcurrentHashMap.newKeySet();
    private final StreamBackpressure backpressure;
    private final int streamCapacity;
    private volatile boolean ended;

    /** Receiver of exceptions of listeners, on the serial executor. */
    interface FailureHandler {
        void failed(String what, Throwable failure, @Nullable Object connection);
    }

    MessageEvents(FailureHandler onFailure, StreamBackpressure backpressure, int streamCapacity) {
        Listeners.FailureHandler anyTopic =
                (failure, message, connection) -> onFailure.failed(subject(message), failure, connection);
        KeyedListeners.FailureHandler<String> oneTopic =
                (topic, failure, payload, connection) -> onFailure.failed("topic=" + topic, failure, connection);
        this.all = new Listeners<>(anyTopic);
        this.streams = new Listeners<>(anyTopic);
        this.byTopic = new KeyedListeners<>(oneTopic);
        this.topicStreams = new KeyedListeners<>(oneTopic);
        this.backpressure = backpressure;
        this.streamCapacity = streamCapacity;
    }

    private static String subject(@Nullable Object message) {
        return message instanceof IpcMessage known ? "topic=" + known.topic() : "listener=onMessage";
    }

    /** Calls the listeners of all topics, then the listeners of the message's topic. Serial executor only. */
    void emit(String topic, Payload payload, Connection from) {
        if (!all.isEmpty() || !streams.isEmpty()) {
            IpcMessage message = new IpcMessage(topic, payload);
            all.emit((listener, m, c) -> listener.accept(m, c), message, from);
            streams.emit((stream, m, c) -> stream.accept(m, c), message, from);
        }
        byTopic.emit(topic, (listener, p, c) -> listener.accept(p, c), payload, from);
        if (!sources.isEmpty()) {
            topicStreams.emit(topic, (stream, p, c) -> stream.accept(p, c), payload, from);
        }
    }

    Subscription on(BiConsumer<? super IpcMessage, ? super Connection> listener) {
        return all.on(listener);
    }

    /** Opens a stream of the messages of all topics. */
    <E> EventStream<E> stream(BiFunction<? super IpcMessage, ? super Connection, E> event) {
        return open(
                "all topics",
                source -> streams.on((message, connection) -> source.emit(event.apply(message, connection))));
    }

    /** Returns a topic whose listeners receive values of {@code type}. */
    <T> Topic<T> topic(String name, TypeRef<T> type) {
        return new Topic<>(name, (payload, connection) -> decode(name, type, payload, connection));
    }

    /** Returns a topic whose listeners receive payloads. */
    Topic<Payload> topic(String name) {
        return new Topic<>(name, (payload, connection) -> payload);
    }

    /** Ends all streams after their buffered messages. No event is emitted afterwards. */
    void end() {
        ended = true;
        sources.forEach(StreamSource::end);
        sources.clear();
    }

    /** Topic with the decoder of its values. */
    final class Topic<T> {

        private final String name;
        private final BiFunction<Payload, Connection, T> decoder;

        private Topic(String name, BiFunction<Payload, Connection, T> decoder) {
            this.name = name;
            this.decoder = decoder;
        }

        String name() {
            return name;
        }

        Subscription on(BiConsumer<? super T, ? super Connection> listener) {
            return byTopic.on(name, decoding(listener));
        }

        Subscription once(BiConsumer<? super T, ? super Connection> listener) {
            return byTopic.once(name, decoding(listener));
        }

        void off() {
            byTopic.off(name);
        }

        <E> EventStream<E> stream(BiFunction<? super T, ? super Connection, E> event) {
            return open(
                    "the topic '" + name + "'",
                    source -> topicStreams.on(
                            name, decoding((message, connection) -> source.emit(event.apply(message, connection)))));
        }

        /** A decoding failure is a failure of the listener, and so an error event. */
        private BiConsumer<Payload, Connection> decoding(BiConsumer<? super T, ? super Connection> listener) {
            return (payload, connection) -> listener.accept(decoder.apply(payload, connection), connection);
        }
    }

    private static <T> T decode(String topic, TypeRef<T> type, Payload payload, Connection from) {
        try {
            return Nullness.unchecked(payload.as(type));
        } catch (CodecException e) {
            throw new DecodeException(
                    "the message with topic " + Wire.quoted(topic) + " is not a " + type + ": " + e.getMessage(),
                    e,
                    excerpt(payload),
                    from.clientId());
        }
    }

    private static String excerpt(Payload payload) {
        try {
            ByteBuffer bytes = payload.bytes();
            byte[] start = new byte[Math.min(Wire.REPORTED_BYTES, bytes.remaining())];
            bytes.get(start);
            return Frame.of(start).utf8();
        } catch (CodecException e) {
            return ""; // a value of a custom transcoder
        }
    }

    private <E> EventStream<E> open(String name, Function<StreamSource<E>, Subscription> feed) {
        Feed<E> registration = new Feed<>();
        StreamSource<E> source = new StreamSource<>(name, streamCapacity, backpressure, registration::close);
        registration.source = source;
        EventStream<E> stream = source.stream();
        sources.add(source);
        registration.subscription = feed.apply(source);
        if (ended) {
            source.end();
        }
        return stream;
    }

    /** Registration of a stream; removed when the stream is closed. */
    private final class Feed<E> {

        private @Nullable StreamSource<E> source;
        private @Nullable Subscription subscription;

        void close() {
            if (source != null && subscription != null) {
                subscription.close();
                sources.remove(source);
            }
        }
    }
}
