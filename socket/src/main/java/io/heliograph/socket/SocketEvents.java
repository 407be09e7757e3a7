package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.internal.Nullness;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Events and streams of one socket. */
final class SocketEvents {

    private final SocketEndpoint endpoint;
    private final ErrorNotifier errors;
    private final Listeners<Consumer<ReceivedMessage>> onData;
    private final Listeners<Consumer<? super CloseReason>> onDisconnect;
    private final Set<Feed<?>> feeds = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String peer;
    private volatile boolean muted;
    private volatile boolean ended;

    SocketEvents(SocketEndpoint endpoint, ErrorNotifier errors) {
        this.endpoint = endpoint;
        this.errors = errors;
        this.onData = new Listeners<>((failure, message, last) -> dataListenerFailed(failure));
        this.onDisconnect = new Listeners<>(
                (failure, reason, unused) -> errors.emitUserCode("listener=onDisconnect", peer, failure));
    }

    /** Records the address of the peer, for the log. */
    void connected(String address) {
        peer = address;
    }

    private void dataListenerFailed(Throwable failure) {
        errors.emitUserCode("listener=onData", peer, failure);
    }

    SocketEndpoint endpoint() {
        return endpoint;
    }

    ErrorNotifier errors() {
        return errors;
    }

    // ---- emitted by the connection; serial executor only

    void emit(ReceivedMessage message) {
        if (!muted) {
            onData.emitMarkingLast(
                    (listener, m, last) -> {
                        m.next(last);
                        listener.accept(m);
                    },
                    message);
        }
    }

    /** Suppresses further data events. Thread-safe. */
    void mute() {
        muted = true;
    }

    void emitDisconnect(CloseReason reason) {
        end();
        onDisconnect.emit((listener, r, unused) -> listener.accept(r), reason, null);
    }

    /** Ends all streams. No data event is emitted afterwards. */
    void end() {
        muted = true;
        ended = true;
        feeds.forEach(feed -> feed.source.end());
        feeds.clear();
    }

    // ---- listeners and streams

    Subscription onData(Consumer<? super @Nullable Object> listener) {
        return onData.on(untyped(listener));
    }

    <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener) {
        return onData.on(typed(type, listener));
    }

    Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return onDisconnect.on(listener);
    }

    EventStream<Object> data() {
        return open("values", source -> onData.on(untyped(source::emit)));
    }

    <T> EventStream<T> data(TypeRef<T> type) {
        return open(type.toString(), source -> onData.on(typed(type, source::emit)));
    }

    /** Adapts a listener of single values, which receives the remaining values of a message after an exception. */
    private Consumer<ReceivedMessage> untyped(Consumer<? super @Nullable Object> listener) {
        return message -> {
            try {
                endpoint.decoder.each(message, value -> emitValue(listener, value));
            } catch (HeliographException problem) {
                message.failed(endpoint.decoder.problem(problem));
            }
        };
    }

    private void emitValue(Consumer<? super @Nullable Object> listener, @Nullable Object value) {
        if (muted) {
            return;
        }
        try {
            listener.accept(value);
        } catch (Throwable failure) {
            dataListenerFailed(failure);
        }
    }

    private <T> Consumer<ReceivedMessage> typed(TypeRef<T> type, Consumer<? super T> listener) {
        Function<ReceivedMessage, @Nullable T> decode = endpoint.decoder.as(type);
        return message -> {
            T value;
            try {
                value = Nullness.unchecked(decode.apply(message));
            } catch (HeliographException problem) {
                message.failed(endpoint.decoder.problem(problem));
                return;
            }
            listener.accept(value);
        };
    }

    private <T> EventStream<T> open(String name, Function<StreamSource<T>, Subscription> subscribe) {
        Feed<T> feed = new Feed<>();
        StreamSource<T> source = new StreamSource<>(
                name, endpoint.options.endpoint().maxPendingMessages(), endpoint.life.backpressure(), feed::close);
        feed.source = source;
        feed.subscription = subscribe.apply(source);
        EventStream<T> stream = source.stream();
        feeds.add(feed);
        if (ended) {
            source.end();
        }
        return stream;
    }

    /** Registration of a stream; removed when the stream is closed. */
    @SuppressWarnings("NullAway.Init") // assigned before the stream is returned
    private final class Feed<T> {

        StreamSource<T> source;
        Subscription subscription;

        void close() {
            subscription.close();
            feeds.remove(this);
        }
    }
}
