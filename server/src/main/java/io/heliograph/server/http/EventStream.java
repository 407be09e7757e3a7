package io.heliograph.server.http;

import io.heliograph.DropReason;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Recovery;
import io.heliograph.exchange.Subscriber;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.http.EndlessBody;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.server.hub.ReconnectHint;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stream of server-sent events of one channel, whose ids are positions: subscriber of the channel, body of the response, and peer of the hub.
 *
 * <p>Events wait here until the transport requests the next frame. Event loop only.
 */
final class EventStream implements EndlessBody, Flow.Subscription, Subscriber, HubPeer {

    /** Interval of comments, by which proxies and clients see that the stream is alive. */
    static final Duration COMMENT_INTERVAL = Duration.ofSeconds(15);

    /** Time after which a browser connects again. */
    private static final Frame RETRY = Frame.utf8("retry: 1000\n\n");

    private static final long MIN_RETRY = 1;

    /** Events are joined in frames of about this length. */
    private static final int FRAME_BYTES = 32 * 1024;

    private final EventLoop loop;
    private final Codec codec;
    private final Counters counters;
    private final EventStreams streams;
    private final SlowConsumer policy;
    private final int maxQueuedBytes;
    private final PendingPublications publications;
    private final ArrayDeque<Frame> events = new ArrayDeque<>();
    private @Nullable HubConnection connection;
    private String channel = "";
    private Consumer<String> onDenied = message -> {};
    private EventLoop.@Nullable Timer timer;
    private Flow.@Nullable Subscriber<? super Frame> output;
    private long demand;
    private boolean subscribed;
    private boolean ended;
    private volatile long queuedBytes;

    EventStream(EventLoop loop, ApiOptions options, Codec codec, Counters counters, EventStreams streams) {
        this.loop = loop;
        this.codec = codec;
        this.counters = counters;
        this.streams = streams;
        this.policy = options.slowConsumer();
        // The queue takes one half of its limit. The other half is for the transport, which has a few frames only.
        this.maxQueuedBytes = options.maxQueuedBytes();
        this.publications = new PendingPublications(
                (int) Math.min(Integer.MAX_VALUE, 2L * maxQueuedBytes),
                policy == SlowConsumer.CONFLATE_PER_CHANNEL,
                this::gap);
    }

    /** @param onDenied receives the reason if the connection is denied before the subscription */
    void opened(HubConnection opened, String name, Consumer<String> onDenied) {
        this.connection = opened;
        this.channel = name;
        this.onDenied = onDenied;
        streams.add(this);
        counters.opened();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** Thread-safe. */
    long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public LinkStats stats() {
        return LinkStats.NONE.withQueued(queuedBytes);
    }

    // ---- from the hub

    /**
     * Begins the stream.
     *
     * @param since position of the last event that the client has; null if it asks for no recovery
     */
    void subscribed(ChannelSubscription subscription, @Nullable Position since) {
        subscribed = true;
        // A client that loses its connection before the missed publications arrive asks for them again.
        Position id = since != null && subscription.recovered() ? since : subscription.position();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("position", subscription.position().toString());
        if (since != null) {
            data.put("recovered", subscription.recovered());
            if (subscription.recovery() instanceof Recovery.Lost lost) {
                data.put("reason", lost.reason().key());
            }
        }
        events.add(RETRY);
        events.add(ServerSentEvents.event("subscribed", id.toString(), codec, data));
        comment();
        flush();
    }

    @Override
    public void published(Publication publication) {
        if (ended) {
            return;
        }
        Frame frame = publication.encoded(ServerSentEvents.PUBLICATION);
        if (policy == SlowConsumer.CLOSE && !hasRoom(frame)) {
            slow();
            return;
        }
        int dropped = publications.add(channel, publication.position().toString(), frame);
        if (dropped < 0) {
            slow();
            return;
        }
        if (dropped > 0) {
            counters.drop(
                    policy == SlowConsumer.CONFLATE_PER_CHANNEL ? DropReason.CONFLATED : DropReason.DROPPED_OLDEST,
                    dropped);
        }
        flush();
    }

    private boolean hasRoom(Frame frame) {
        return publications.isEmpty() || publications.bytes() + frame.length() <= maxQueuedBytes;
    }

    /** Ends the stream after the queued events, so that a client that connects again for the rest makes progress. */
    private void slow() {
        counters.drop(DropReason.SLOW_CONSUMER, 1);
        end(EndCause.SLOW_CONSUMER, "slow consumer");
    }

    @Override
    public boolean isBehind() {
        return PendingPublications.isBehind(publications.bytes(), maxQueuedBytes);
    }

    @Override
    public void gap(Gap gap) {
        if (!ended) {
            publications.add(new PendingPublications.Gap(
                    gap.channel(), gap.head().toString(), gap.reason().key()));
            flush();
        }
    }

    private Frame gap(PendingPublications.Gap gap) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reason", gap.reason());
        data.put("position", gap.position());
        return ServerSentEvents.event("gap", gap.position(), codec, data);
    }

    @Override
    public void send(String name, Payload data) {
        if (!ended) {
            events.add(ServerSentEvents.event(name, null, data.frame()));
            flush();
        }
    }

    @Override
    public void kickOut(String channel, String reason) {
        send("kickOut", Payload.ofValue(codec, Map.of("channel", channel, "message", reason)));
        end(EndCause.SERVER, "kicked out");
    }

    @Override
    public void close(String reason) {
        if (!subscribed) {
            onDenied.accept(reason);
        }
        end(EndCause.SERVER, reason);
    }

    /** {@inheritDoc} The browser connects again after the delay. */
    @Override
    public void end(ReconnectHint hint) {
        events.add(Frame.utf8("retry: " + Math.max(MIN_RETRY, hint.delay().toMillis()) + "\n\n"));
        end(EndCause.SERVER, "the server is closing");
    }

    // ---- to the transport

    @Override
    public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
        output = subscriber;
        subscriber.onSubscribe(this);
        flush();
    }

    @Override
    public void request(long count) {
        demand += count;
        flush();
    }

    /** Ends the stream because the client has closed the connection. */
    @Override
    public void cancel() {
        output = null;
        abandon(EndCause.CLIENT, "closed by the client");
    }

    private void flush() {
        while (output != null && demand > 0 && !isEmpty()) {
            demand--;
            output.onNext(next());
        }
        long bytes = publications.bytes();
        for (Frame each : events) {
            bytes += each.length();
        }
        queuedBytes = bytes;
        if (ended && isEmpty()) {
            finish();
        }
    }

    private boolean isEmpty() {
        return events.isEmpty() && publications.isEmpty();
    }

    /** Returns the next events in one frame. */
    private Frame next() {
        Frame first = poll();
        if (isEmpty() || first.length() >= FRAME_BYTES) {
            return first;
        }
        FrameBuilder joined = new FrameBuilder(Integer.MAX_VALUE - 8);
        joined.write(first);
        while (!isEmpty() && joined.size() < FRAME_BYTES) {
            joined.write(poll());
        }
        return joined.build();
    }

    private Frame poll() {
        Frame event = events.poll();
        Frame next = event == null ? publications.poll() : event;
        if (next == null) {
            throw new IllegalStateException("no event");
        }
        counters.sent(next.length());
        return next;
    }

    /** Sends a comment, and the next one after the interval. */
    private void comment() {
        timer = loop.schedule(COMMENT_INTERVAL, () -> {
            if (isEmpty()) {
                events.add(ServerSentEvents.COMMENT);
            }
            flush();
            comment();
        });
    }

    // ---- end

    /** Ends the stream after the events that are queued. */
    private void end(EndCause cause, String reason) {
        if (!ended) {
            abandon(cause, reason);
            flush();
        }
    }

    /** Ends the subscription; nothing more is queued. */
    void abandon(EndCause cause, String reason) {
        if (ended) {
            return;
        }
        ended = true;
        if (timer != null) {
            timer.cancel();
        }
        if (connection != null) {
            connection.closed(cause, reason);
        }
        streams.remove(this);
        counters.closed();
    }

    private void finish() {
        Flow.Subscriber<? super Frame> subscriber = output;
        if (subscriber != null) {
            output = null;
            subscriber.onComplete();
        }
    }
}
