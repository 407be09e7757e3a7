package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.channel.ChannelMessage;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.Topic;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.KeyedListeners;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Nullness;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Listeners, streams and request handlers of a message channel, run by its serial executor. Thread-safe. */
final class ChannelEvents {

    /** Receives the outcome of a request handler. */
    interface Reply {
        void send(@Nullable Object answer, @Nullable Object failure);
    }

    private interface Handler {
        @Nullable
        Object answer(Payload payload, Member from);
    }

    final Listeners<Consumer<? super ChannelMessage>> onMessage = listeners("onMessage");
    final Listeners<Consumer<? super Member>> onConnect = listeners("onConnect");
    final Listeners<Consumer<? super Member>> onHub = listeners("onHub");
    final Listeners<Consumer<? super CloseReason>> onDisconnect = listeners("onDisconnect");
    final Listeners<Consumer<? super Member>> onTakeover = listeners("onTakeover");
    final Listeners<Consumer<? super Member>> onJoin = listeners("onJoin");
    final Listeners<BiConsumer<? super Member, ? super LeaveReason>> onLeave = listeners("onLeave");
    final Listeners<Runnable> onClose = listeners("onClose");

    private final KeyedListeners<String, BiConsumer<? super Payload, ? super Member>> byTopic =
            new KeyedListeners<>((topic, failure, payload, from) -> listenerFailed("topic=" + topic, failure, from));
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final Set<StreamSource<?>> streams = ConcurrentHashMap.newKeySet();
    private final EndpointLifecycle lifecycle;
    private final int streamCapacity;
    private final InFlight requests = new InFlight();
    private volatile @Nullable Member hub;

    // Serial executor only.
    private Frame lastTopic = Frame.empty();
    private String lastName = "";

    ChannelEvents(EndpointLifecycle lifecycle, int streamCapacity) {
        this.lifecycle = lifecycle;
        this.streamCapacity = streamCapacity;
    }

    private void run(Runnable task) {
        lifecycle.executor().execute(task);
    }

    private <L> Listeners<L> listeners(String event) {
        return new Listeners<>((failure, argument, unused) -> {
            if (argument instanceof ChannelMessage message) {
                listenerFailed("topic=" + message.topic(), failure, message.from());
            } else {
                listenerFailed("listener=" + event, failure, argument);
            }
        });
    }

    private void listenerFailed(String what, Throwable failure, @Nullable Object from) {
        if (failure instanceof CodecException) {
            lifecycle.errors().emit(failure);
        } else {
            lifecycle.errors().emitUserCode(what, from instanceof Member member ? describe(member) : null, failure);
        }
    }

    static String describe(Member member) {
        return "member " + member.id() + " (process " + member.pid() + ")";
    }

    // ---- messages

    void message(Frame message, Codec codec, Member from) {
        lifecycle.executor().execute(new InboundMessage(message, codec, from));
    }

    private final class InboundMessage extends SerialExecutor.Task {

        private final Frame message;
        private final Codec codec;
        private final Member from;

        InboundMessage(Frame message, Codec codec, Member from) {
            this.message = message;
            this.codec = codec;
            this.from = from;
        }

        @Override
        protected boolean isDroppable() {
            return true;
        }

        @Override
        protected void run() {
            String topic = topicName(Wire.topic(message));
            Payload payload = Payload.of(codec, Wire.payload(message));
            if (!onMessage.isEmpty()) {
                onMessage.emit((listener, m, x) -> listener.accept(m), new ChannelMessage(topic, payload, from), null);
            }
            byTopic.emit(topic, (listener, p, m) -> listener.accept(p, m), payload, from);
        }
    }

    /** Decodes a topic name. Consecutive messages usually have the same topic. */
    private String topicName(Frame topic) {
        if (!topic.equals(lastTopic)) {
            lastTopic = Frame.of(topic.toByteArray());
            lastName = topic.utf8();
        }
        return lastName;
    }

    // ---- topics

    <T> Topic<T> topic(String name, TypeRef<T> type) {
        return new DefaultTopic<>(name, type);
    }

    private final class DefaultTopic<T> implements Topic<T> {

        private final String name;
        private final TypeRef<T> type;

        DefaultTopic(String name, TypeRef<T> type) {
            this.name = name;
            this.type = type;
        }

        /** A message may be null, whatever its type. */
        private T decode(Payload payload) {
            return Nullness.unchecked(payload.as(type));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Subscription on(BiConsumer<? super T, ? super Member> listener) {
            return byTopic.on(name, (payload, from) -> listener.accept(decode(payload), from));
        }

        @Override
        public Subscription once(BiConsumer<? super T, ? super Member> listener) {
            return byTopic.once(name, (payload, from) -> listener.accept(decode(payload), from));
        }

        @Override
        public EventStream<ChannelMessage> stream() {
            return openStream(name);
        }

        @Override
        public Subscription onRequest(BiFunction<? super T, ? super Member, ? extends @Nullable Object> handler) {
            Handler typed = (payload, from) -> handler.apply(decode(payload), from);
            handlers.put(name, typed);
            return () -> handlers.remove(name, typed);
        }

        @Override
        public String toString() {
            return "Topic[" + name + "]";
        }
    }

    private EventStream<ChannelMessage> openStream(String topic) {
        AtomicReference<Runnable> unsubscribe = new AtomicReference<>(() -> {});
        StreamSource<ChannelMessage> source = new StreamSource<>(
                "the topic '" + topic + "'",
                streamCapacity,
                lifecycle.backpressure(),
                () -> unsubscribe.get().run());
        EventStream<ChannelMessage> stream = source.stream();
        streams.add(source);
        Subscription subscription =
                byTopic.on(topic, (payload, from) -> source.emit(new ChannelMessage(topic, payload, from)));
        unsubscribe.set(() -> {
            subscription.close();
            streams.remove(source);
        });
        return stream;
    }

    // ---- requests

    void request(String topic, Payload payload, Member from, Reply reply) {
        if (!requests.begin()) {
            reply.send(null, "the member is leaving");
            return;
        }
        Reply last = (answer, failure) -> {
            try {
                reply.send(answer, failure);
            } finally {
                requests.end();
            }
        };
        run(() -> handle(topic, payload, from, last));
    }

    private void handle(String topic, Payload payload, Member from, Reply reply) {
        Handler handler = handlers.get(topic);
        if (handler == null) {
            reply.send(null, "no handler for '" + topic + "'");
            return;
        }
        Object result;
        try {
            result = handler.answer(payload, from);
        } catch (Throwable failure) {
            fail(topic, from, failure, reply);
            return;
        }
        if (result instanceof CompletionStage<?> pending) {
            pending.whenComplete((value, failure) -> {
                if (failure == null) {
                    reply.send(value, null);
                } else {
                    fail(topic, from, failure, reply);
                }
            });
        } else {
            reply.send(result, null);
        }
    }

    /** Rejects further requests; completes when the pending messages are delivered and the pending requests are answered. */
    CompletableFuture<Void> drain() {
        return CompletableFuture.allOf(lifecycle.executor().flush(), requests.drain());
    }

    private void fail(String topic, Member from, Throwable failure, Reply reply) {
        Throwable cause = Failures.unwrap(failure);
        if (cause instanceof RequestFailedException chosen) {
            reply.send(null, FailurePayload.encode(chosen));
            return;
        }
        if (cause instanceof CodecException) {
            lifecycle.errors().report(cause);
            reply.send(null, "the request has an unexpected type");
            return;
        }
        lifecycle.errors().userCode("topic=" + topic, describe(from), cause);
        reply.send(null, "the handler failed");
    }

    // ---- life cycle

    void connected(Member host, boolean first, boolean takeover) {
        run(() -> {
            onConnect.emit((listener, m, x) -> listener.accept(m), host, null);
            if (takeover) {
                onTakeover.emit((listener, m, x) -> listener.accept(m), host, null);
            }
            if (first) {
                lifecycle.started();
            }
        });
    }

    void disconnected(CloseReason reason) {
        run(() -> onDisconnect.emit((listener, r, x) -> listener.accept(r), reason, null));
    }

    void joined(Member member) {
        run(() -> onJoin.emit((listener, m, x) -> listener.accept(m), member, null));
    }

    /** Event loop only. */
    void hubAnnounced(Member member) {
        hub = member;
        run(() -> onHub.emit((listener, m, x) -> listener.accept(m), member, null));
    }

    @Nullable
    Member hub() {
        return hub;
    }

    /** Event loop only. */
    void left(Member member, LeaveReason reason) {
        if (member.equals(hub)) {
            hub = null;
        }
        run(() -> onLeave.emit((listener, m, r) -> listener.accept(m, r), member, reason));
    }

    /** Ends the streams and emits the close event. Serial executor only. */
    void closed() {
        streams.forEach(StreamSource::end);
        streams.clear();
        onClose.emit((listener, a, b) -> listener.run(), null, null);
    }
}
