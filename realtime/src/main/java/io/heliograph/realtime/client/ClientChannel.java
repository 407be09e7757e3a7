package io.heliograph.realtime.client;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelMember;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.PresenceChange;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.SubscribeOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Default {@link RealtimeChannel}. {@link ClientChannels} manages the subscription, the client the publications. */
final class ClientChannel<T> implements RealtimeChannel<T> {

    private final DefaultRealtimeClient client;
    private final String name;

    // Without a reference to this handle, so that the guard detects an unreachable handle.
    private final Function<Payload, T> typing;
    private final UnreadStreamGuard pausable;

    // Stream of this handle, before and after its first read. Guarded by this.
    private @Nullable EventStream<T> unread;
    private @Nullable EventStream<T> read;
    private boolean closed;

    // Whether a listener of this handle takes the place of its stream. Guarded by this.
    private boolean listened;

    // Subscription that this handle has requested last. Guarded by this.
    private @Nullable ChannelSubscription subscription;

    ClientChannel(DefaultRealtimeClient client, String name, TypeRef<T> type) {
        this.client = client;
        this.name = name;
        this.typing = data -> typed(name, type, data);
        this.pausable = new UnreadStreamGuard(client);
    }

    /** Decodes the data of a publication, which may be null for any type. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a payload is a Payload
    private static <T> T typed(String name, TypeRef<T> type, Payload data) {
        if (type.type() == Payload.class) {
            return (T) data;
        }
        try {
            return data.as(type);
        } catch (CodecException e) {
            throw new InvalidMessageException(
                    "publication to channel '" + name + "' (expected: " + type + "): " + e.getMessage(), e);
        }
    }

    // ---- the subscription

    @Override
    public String name() {
        return name;
    }

    @Override
    public ChannelState state() {
        return client.channels.state(name);
    }

    @Override
    public SubscribeOptions options() {
        return client.channels.options(name);
    }

    @Override
    public @Nullable Position position() {
        return client.channels.position(name);
    }

    @Override
    public boolean isSubscribed(boolean includePending) {
        return client.channels.isSubscribed(name, includePending);
    }

    @Override
    public RealtimeChannel<T> subscribe() {
        return subscribe(SubscribeOptions.defaults());
    }

    @Override
    public RealtimeChannel<T> subscribe(SubscribeOptions options) {
        // The stream first, so that it receives every publication.
        begin();
        ChannelSubscription requested = client.channels.subscribe(name, options);
        synchronized (this) {
            subscription = requested;
        }
        return this;
    }

    /** Begins the stream of this handle, in place of one that a refusal has ended. */
    private synchronized void begin() {
        if (read != null && StreamSource.hasFailed(read)) {
            read = null;
        }
        if (unread != null && StreamSource.hasFailed(unread)) {
            unread = null;
        }
        if (unread == null && read == null && !listened && !closed) {
            EventStream<T> begun = client.streams.outputs.stream(name, typing, pausable, client.streams.unread);
            pausable.watch(begun);
            unread = begun;
        }
    }

    @Override
    public CompletableFuture<Void> subscribed() {
        ChannelSubscription requested;
        synchronized (this) {
            requested = subscription;
        }
        return client.channels.subscribed(name, requested);
    }

    @Override
    public void unsubscribe() {
        client.channels.unsubscribe(name);
    }

    @Override
    public boolean transmitPublish(@Nullable Object data) {
        return client.publications.transmit(name, data);
    }

    @Override
    public CompletableFuture<Void> publish(@Nullable Object data) {
        return client.publications.publish(name, data);
    }

    @Override
    public CompletableFuture<List<ChannelMember>> presence() {
        return client.presence.members(name);
    }

    @Override
    public Subscription onPresence(Consumer<? super PresenceChange> listener) {
        return client.presence.on(name, listener);
    }

    // ---- data, as a stream

    @Override
    public Iterator<T> iterator() {
        return opened().iterator();
    }

    @Override
    public T next(Duration timeout) {
        return opened().next(timeout);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        opened().subscribe(subscriber);
    }

    @Override
    public EventStream<T> stream() {
        return client.streams.outputs.stream(name, typing);
    }

    private synchronized EventStream<T> opened() {
        EventStream<T> opened = read;
        if (opened == null) {
            opened = takeUnread();
            if (opened == null) {
                opened = stream();
            }
            read = opened;
            if (closed) {
                opened.close();
            }
        }
        return opened;
    }

    /** Returns and clears the unread stream; null without an unread stream. */
    private synchronized @Nullable EventStream<T> takeUnread() {
        EventStream<T> begun = unread;
        unread = null;
        pausable.reading();
        return begun;
    }

    @Override
    public void close() {
        EventStream<T> begun = takeUnread();
        EventStream<T> opened;
        synchronized (this) {
            closed = true;
            opened = read;
        }
        if (begun != null) {
            begun.close();
        }
        if (opened != null) {
            opened.close();
        }
    }

    // ---- data, for listeners

    @Override
    public Subscription on(Consumer<? super T> listener) {
        Consumer<Payload> untyped = listening(listener, typing);
        EventStream<T> begun;
        synchronized (this) {
            listened = true;
            begun = takeUnread();
        }
        Subscription added =
                begun == null ? client.streams.outputs.on(name, untyped) : takeOver(begun, listener, untyped);
        return confirmed(added);
    }

    /** Returns a registration whose {@code subscribed()} is the one of this handle. */
    private Subscription confirmed(Subscription registration) {
        return new Subscription() {
            @Override
            public void close() {
                registration.close();
            }

            @Override
            public CompletableFuture<Void> subscribed() {
                return ClientChannel.this.subscribed();
            }
        };
    }

    private static <T> Consumer<Payload> listening(Consumer<? super T> listener, Function<Payload, T> typing) {
        return data -> listener.accept(typing.apply(data));
    }

    @Override
    public Subscription once(Consumer<? super T> listener) {
        Once<T> once = new Once<>(listener);
        once.follow(on(once));
        return once;
    }

    /** Registers a listener and delivers the buffered data of a stream to it first; on the executor, so that the order is kept. */
    private Subscription takeOver(EventStream<T> held, Consumer<? super T> listener, Consumer<Payload> untyped) {
        Handover handover = new Handover();
        client.executor.execute(() -> {
            handover.follow(client.streams.outputs.on(name, untyped));
            try {
                while (!handover.isClosed()) {
                    deliver(listener, held.next(Duration.ZERO));
                }
            } catch (DeadlineExceededException | NoSuchElementException empty) {
                // The stream is drained.
            } catch (RealtimeException refused) {
                // The stream has ended with a refusal, which the future reports.
            }
            held.close();
        });
        return handover;
    }

    /** Subscription that delegates to a later subscription. */
    private static class Handover implements Subscription {

        // Guarded by this.
        private @Nullable Subscription later;
        private boolean over;

        synchronized void follow(Subscription subscription) {
            later = subscription;
            if (over) {
                subscription.close();
            }
        }

        synchronized boolean isClosed() {
            return over;
        }

        @Override
        public synchronized void close() {
            over = true;
            if (later != null) {
                later.close();
            }
        }
    }

    private static final class Once<T> extends Handover implements Consumer<T> {

        private final Consumer<? super T> listener;

        Once(Consumer<? super T> listener) {
            this.listener = listener;
        }

        @Override
        public void accept(T data) {
            if (!isClosed()) {
                close();
                listener.accept(data);
            }
        }
    }

    private void deliver(Consumer<? super T> listener, T data) {
        try {
            listener.accept(data);
        } catch (Throwable failure) {
            client.listenerFailed(failure);
        }
    }

    // ---- events

    @Override
    public <E extends ChannelEvent> Subscription on(Class<E> kind, Consumer<? super E> listener) {
        return client.streams.events.on(ChannelStreams.key(name, kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <E extends ChannelEvent> Subscription once(Class<E> kind, Consumer<? super E> listener) {
        return client.streams.events.once(ChannelStreams.key(name, kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <E extends ChannelEvent> EventStream<E> stream(Class<E> kind) {
        return client.streams.events.stream(ChannelStreams.key(name, kind), kind::cast);
    }

    @Override
    public Streams listeners() {
        return client.streams.events;
    }

    @Override
    public String toString() {
        return "RealtimeChannel[" + name + ", " + state() + "]";
    }
}
