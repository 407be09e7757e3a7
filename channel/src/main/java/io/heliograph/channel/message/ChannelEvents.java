package io.heliograph.channel.message;

import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.channel.ChannelMessage;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.Counters;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.KeyedListeners;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Nullness;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a message channel, run on its executor; before there is one, on a virtual thread. */
final class ChannelEvents {

    /** What becomes of a request. */
    interface Reply {
        void give(@Nullable Object answer, @Nullable String failure);
    }

    private interface Handler {
        @Nullable
        Object answer(Payload payload, Member from);
    }

    private static final Logger log = LoggerFactory.getLogger(MessageChannel.class);
    private static final int MOST_ERRORS = 1024;

    final Listeners<Consumer<? super ChannelMessage>> onMessage = new Listeners<>(this::emitError);
    final Listeners<Consumer<? super Member>> onConnect = new Listeners<>(this::emitError);
    final Listeners<Consumer<? super Member>> onJoined = new Listeners<>(this::emitError);
    final Listeners<Consumer<? super Member>> onTakeover = new Listeners<>(this::emitError);
    final Listeners<BiConsumer<? super Member, ? super LeaveReason>> onLeft = new Listeners<>(this::emitError);
    final Listeners<Consumer<? super Throwable>> onError =
            new Listeners<>(failure -> log.error("an error listener failed", failure));

    private final KeyedListeners<String, BiConsumer<? super Payload, ? super Member>> byTopic =
            new KeyedListeners<>(this::emitError);
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final Set<StreamSource<?>> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger errors = new AtomicInteger();
    private final int streamCapacity;
    private final Counters counters;
    private volatile @Nullable SerialExecutor executor;

    // The executor's own.
    private Frame lastTopic = Frame.empty();
    private String lastName = "";

    ChannelEvents(int streamCapacity, Counters counters) {
        this.streamCapacity = streamCapacity;
        this.counters = counters;
    }

    void attach(SerialExecutor to) {
        executor = to;
    }

    /** Runs a task after the events so far. */
    void run(Runnable task) {
        SerialExecutor present = executor;
        if (present == null) {
            BlockingTask.start(task);
        } else {
            present.execute(task);
        }
    }

    // ---- errors

    void report(Throwable error) {
        if (errors.incrementAndGet() > MOST_ERRORS) {
            errors.decrementAndGet();
            counters.drop(DropReason.ERROR_UNREPORTED);
            return;
        }
        run(() -> {
            errors.decrementAndGet();
            emitError(error);
        });
    }

    private void emitError(Throwable error) {
        if (onError.isEmpty()) {
            log.warn(
                    "{} (there is no error listener)",
                    error.toString(),
                    error instanceof HeliographException ? null : error);
        } else {
            onError.emit((listener, e, x) -> listener.accept(e), error, null);
        }
    }

    // ---- messages

    void message(Frame message, Codec codec, Member from) {
        SerialExecutor present = executor;
        if (present != null) {
            present.execute(new InboundMessage(message, codec, from));
        }
    }

    /** A message on its way to the listeners. */
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
        protected void run() {
            String topic = nameOf(Wire.topic(message));
            Payload payload = Payload.of(codec, Wire.payload(message));
            if (!onMessage.isEmpty()) {
                onMessage.emit((listener, m, x) -> listener.accept(m), new ChannelMessage(topic, payload, from), null);
            }
            byTopic.emit(topic, (listener, p, m) -> listener.accept(p, m), payload, from);
        }
    }

    /** As a rule a message has the topic of the one before. On the executor. */
    private String nameOf(Frame topic) {
        if (!topic.equals(lastTopic)) {
            lastTopic = Frame.of(topic.toByteArray());
            lastName = topic.utf8();
        }
        return lastName;
    }

    <T> Subscription on(String topic, TypeRef<T> type, BiConsumer<? super T, ? super Member> listener) {
        return byTopic.on(topic, (payload, from) -> listener.accept(Nullness.unchecked(payload.as(type)), from));
    }

    EventStream<ChannelMessage> stream(String topic) {
        AtomicReference<@Nullable Runnable> ending = new AtomicReference<>();
        Pausable pausable = new Pausable() {
            @Override
            public void pause() {
                SerialExecutor present = executor;
                if (present != null) {
                    present.pause();
                }
            }

            @Override
            public void resume() {
                SerialExecutor present = executor;
                if (present != null) {
                    present.resume();
                }
            }
        };
        StreamSource<ChannelMessage> source =
                new StreamSource<>("the topic '" + topic + "'", streamCapacity, pausable, () -> {
                    Runnable end = ending.get();
                    if (end != null) {
                        end.run();
                    }
                });
        EventStream<ChannelMessage> stream = source.stream();
        streams.add(source);
        Subscription feed = byTopic.on(topic, (payload, from) -> source.emit(new ChannelMessage(topic, payload, from)));
        ending.set(() -> {
            feed.close();
            streams.remove(source);
        });
        return stream;
    }

    // ---- requests

    <T> Subscription onRequest(
            String topic, Class<T> type, BiFunction<? super T, ? super Member, ? extends @Nullable Object> handler) {
        Handler typed = (payload, from) -> handler.apply(Nullness.unchecked(payload.as(type)), from);
        handlers.put(topic, typed);
        return () -> handlers.remove(topic, typed);
    }

    void request(String topic, Payload payload, Member from, Reply answer) {
        run(() -> {
            Handler handler = handlers.get(topic);
            if (handler == null) {
                answer.give(null, "nobody answers '" + topic + "'");
                return;
            }
            try {
                Object result = handler.answer(payload, from);
                if (result instanceof CompletionStage<?> later) {
                    later.whenComplete((value, failure) -> {
                        if (failure == null) {
                            answer.give(value, null);
                        } else {
                            fail(failure, answer);
                        }
                    });
                } else {
                    answer.give(result, null);
                }
            } catch (Throwable failure) {
                fail(failure, answer);
            }
        });
    }

    private void fail(Throwable failure, Reply answer) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RequestFailedException chosen) {
            answer.give(null, String.valueOf(chosen.getMessage()));
            return;
        }
        report(cause);
        answer.give(
                null, cause instanceof CodecException ? "the request is not what is expected" : "the handler failed");
    }

    // ---- members

    void connected(Member host, boolean takeover) {
        run(() -> {
            onConnect.emit((listener, m, x) -> listener.accept(m), host, null);
            if (takeover) {
                onTakeover.emit((listener, m, x) -> listener.accept(m), host, null);
            }
        });
    }

    void joined(Member member) {
        run(() -> onJoined.emit((listener, m, x) -> listener.accept(m), member, null));
    }

    void left(Member member, LeaveReason reason) {
        run(() -> onLeft.emit((listener, m, r) -> listener.accept(m, r), member, reason));
    }

    void end() {
        streams.forEach(StreamSource::end);
        streams.clear();
    }
}
