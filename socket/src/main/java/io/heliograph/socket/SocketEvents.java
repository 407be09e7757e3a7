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

/** The events of one socket, and its streams. */
final class SocketEvents {

    private final SocketCore core;
    private final ErrorNotifier errors;
    private final Listeners<Consumer<ReceivedMessage>> onData;
    private final Listeners<Consumer<? super CloseReason>> onClose;
    private final Set<Feed<?>> feeds = ConcurrentHashMap.newKeySet();
    private volatile boolean muted;
    private volatile boolean ended;

    SocketEvents(SocketCore core, ErrorNotifier errors) {
        this.core = core;
        this.errors = errors;
        this.onData = new Listeners<>(errors::emit);
        this.onClose = new Listeners<>(errors::emit);
    }

    ErrorNotifier errors() {
        return errors;
    }

    // ---- from the connection, on the executor

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

    /** No data is told from now on. Any thread. */
    void mute() {
        muted = true;
    }

    void emitClose(CloseReason reason) {
        muted = true;
        ended = true;
        feeds.forEach(feed -> feed.source.end());
        feeds.clear();
        onClose.emit((listener, r, unused) -> listener.accept(r), reason, null);
    }

    // ---- for the user

    Subscription onData(Consumer<? super @Nullable Object> listener) {
        return onData.on(untyped(listener));
    }

    <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener) {
        return onData.on(typed(type, listener));
    }

    Subscription onClose(Consumer<? super CloseReason> listener) {
        return onClose.on(listener);
    }

    EventStream<Object> data() {
        return open("values", source -> onData.on(untyped(source::emit)));
    }

    <T> EventStream<T> data(TypeRef<T> type) {
        return open(type.toString(), source -> onData.on(typed(type, source::emit)));
    }

    /** A listener that is told every value, though it fails at one of them. */
    private Consumer<ReceivedMessage> untyped(Consumer<? super @Nullable Object> listener) {
        return message -> {
            try {
                core.views.each(message, value -> tell(listener, value));
            } catch (HeliographException problem) {
                message.failed(core.views.problem(problem));
            }
        };
    }

    private void tell(Consumer<? super @Nullable Object> listener, @Nullable Object value) {
        if (muted) {
            return;
        }
        try {
            listener.accept(value);
        } catch (Throwable failure) {
            errors.emit(failure);
        }
    }

    private <T> Consumer<ReceivedMessage> typed(TypeRef<T> type, Consumer<? super T> listener) {
        Function<ReceivedMessage, @Nullable T> view = core.views.as(type);
        return message -> {
            T value;
            try {
                value = Nullness.unchecked(view.apply(message));
            } catch (HeliographException problem) {
                message.failed(core.views.problem(problem));
                return;
            }
            listener.accept(value);
        };
    }

    private <T> EventStream<T> open(String name, Function<StreamSource<T>, Subscription> begin) {
        Feed<T> feed = new Feed<>();
        StreamSource<T> source = new StreamSource<>(name, core.maxPendingMessages, core.pausable, feed::close);
        feed.source = source;
        feed.subscription = begin.apply(source);
        EventStream<T> stream = source.stream();
        feeds.add(feed);
        if (ended) {
            source.end();
        }
        return stream;
    }

    /** What keeps a stream in the events. */
    @SuppressWarnings("NullAway.Init") // set before the stream is handed out
    private final class Feed<T> {

        StreamSource<T> source;
        Subscription subscription;

        void close() {
            subscription.close();
            feeds.remove(this);
        }
    }
}
