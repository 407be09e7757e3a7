package io.heliograph.channel.message;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.message.Requests.Pending;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Outbound messages of a member: encodes them on the sender's thread, enforces the limit of unacknowledged messages, and passes them
 * to the session in order. Thread-safe.
 */
final class Outbox {

    private static final int MAX_UNACKNOWLEDGED = 1 << 16;

    /**
     * Delay that batches the messages of a thread that sends one after the other. Without it, each message would wake up this loop,
     * the host's and the receiver's, at several times its own cost.
     */
    private static final Duration BATCH_DELAY = Duration.ofNanos(50_000);

    /**
     * A message to send.
     *
     * @param to the only recipient, or null for all members
     * @param reference number of the request that this message answers, or 0
     */
    record OutgoingMessage(
            @Nullable Id to, String topic, @Nullable Object message, byte kind, long reference) {}

    private record Encoded(
            Frame frame, @Nullable Id to, @Nullable Pending request) {}

    private record Rejection(DropReason reason, RuntimeException failure) {}

    private record Destination(EventLoop loop, Session session, Requests requests) {}

    private final MessageOptions options;
    private final Id self;
    private final Codec codec;
    private final Counters counters;
    private final ErrorNotifier errors;
    private final ConcurrentLinkedQueue<Encoded> encoded = new ConcurrentLinkedQueue<>();
    private final BuilderPool builders;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicLong unacknowledgedBytes = new AtomicLong();
    private final AtomicInteger unacknowledged = new AtomicInteger();

    // Whether a message of the backend was rejected and the members are not notified yet.
    private final AtomicBoolean missed = new AtomicBoolean();
    private volatile boolean batching;
    private volatile @Nullable Destination destination;

    Outbox(MessageOptions options, Id self, Codec codec, Counters counters, ErrorNotifier errors) {
        this.options = options;
        this.self = self;
        this.codec = codec;
        this.counters = counters;
        this.errors = errors;
        this.builders = new BuilderPool(Wire.TOPIC + Wire.MAX_TOPIC_BYTES + options.maxMessageBytes());
    }

    /** Passes accepted messages to the session from now on. */
    void open(EventLoop loop, Session session, Requests requests) {
        destination = new Destination(loop, session, requests);
        drainSoon();
    }

    /** Accepts a message; returns null, or the reason of a rejection, which has been reported. */
    @Nullable
    RuntimeException accept(OutgoingMessage message, @Nullable Pending request) {
        Rejection rejection = tryAccept(message, request);
        return rejection == null ? null : reject(rejection.reason(), rejection.failure());
    }

    private @Nullable Rejection tryAccept(OutgoingMessage message, @Nullable Pending request) {
        Frame frame;
        try {
            frame = encode(message);
        } catch (CodecException | IllegalArgumentException e) {
            return new Rejection(DropReason.ENCODE_ERROR, e);
        }
        if (!reserve(frame.length())) {
            return new Rejection(DropReason.QUEUE_FULL, queueFull(message.topic()));
        }
        counters.sent(frame.length());
        encoded.add(new Encoded(frame, message.to(), request));
        drainSoon();
        return null;
    }

    /**
     * Accepts a message of a backend. After rejections, of which the first is reported, the members are notified once half of the limit
     * is free that they missed messages.
     */
    boolean offer(@Nullable Id to, String topic, Payload message) {
        Rejection rejection = tryAccept(new OutgoingMessage(to, topic, message, Wire.KIND_MESSAGE, 0), null);
        if (rejection == null) {
            return true;
        }
        boolean full = rejection.reason() == DropReason.QUEUE_FULL;
        counters.drop(full ? DropReason.CHANNEL_BEHIND : rejection.reason(), 1);
        if (!missed.get()) {
            errors.report(rejection.failure());
        }
        missed();
        return false;
    }

    /** Notifies the members that they missed messages, once half of the limit is free. */
    void missed() {
        missed.set(true);
        sendMissedNotice();
    }

    /** Accepts the announcement of a backend; returns false, without a report, if the limit is reached. */
    boolean offerAnnouncement(Id to, Payload announcement) {
        return tryAccept(new OutgoingMessage(to, Wire.HUB_TOPIC, announcement, Wire.KIND_MESSAGE, 0), null) == null;
    }

    private void sendMissedNotice() {
        if (missed.get()
                && unacknowledged.get() <= MAX_UNACKNOWLEDGED / 2
                && unacknowledgedBytes.get() <= options.maxUnacknowledgedBytes() / 2
                && missed.compareAndSet(true, false)) {
            byte[] head = Wire.messageHead(self, Wire.KIND_MISSED, 0, new byte[0]);
            encoded.add(new Encoded(Frame.of(head), null, null));
            drainSoon();
        }
    }

    RuntimeException reject(DropReason reason, RuntimeException failure) {
        counters.drop(reason, 1);
        errors.report(failure);
        return failure;
    }

    static UnreachableException unknownMember(Id member) {
        return new UnreachableException("member " + member + " has not joined, or has left", null);
    }

    private QueueFullException queueFull(String topic) {
        return new QueueFullException(
                "the message with topic '" + topic + "' was rejected: " + unacknowledged + " messages of "
                        + unacknowledgedBytes + " bytes are not acknowledged (expected: at most " + MAX_UNACKNOWLEDGED
                        + " messages and maxUnacknowledgedBytes, " + options.maxUnacknowledgedBytes() + ")",
                options.maxUnacknowledgedBytes());
    }

    private Frame encode(OutgoingMessage message) {
        byte[] topic = Wire.utf8(message.topic());
        if (topic.length > Wire.MAX_TOPIC_BYTES) {
            throw new IllegalArgumentException(
                    "topic of " + topic.length + " bytes (expected: at most " + Wire.MAX_TOPIC_BYTES + ")");
        }
        FrameBuilder builder = builders.take();
        try {
            builder.write(Wire.messageHead(self, message.kind(), message.reference(), topic));
            if (message.message() instanceof Payload payload) {
                payload.writeTo(codec, builder);
            } else {
                codec.encode(message.message(), builder);
            }
            long size = builder.size() - Wire.TOPIC - topic.length;
            if (size > options.maxMessageBytes()) {
                throw new IllegalArgumentException("message with topic '" + message.topic() + "' of " + size
                        + " bytes (expected: at most maxMessageBytes, " + options.maxMessageBytes() + ")");
            }
            return builder.build();
        } finally {
            builders.give(builder);
        }
    }

    private boolean reserve(int bytes) {
        if (unacknowledged.incrementAndGet() <= MAX_UNACKNOWLEDGED) {
            long all = unacknowledgedBytes.addAndGet(bytes);
            if (all <= options.maxUnacknowledgedBytes() || all == bytes) {
                return true;
            }
            unacknowledgedBytes.addAndGet(-bytes);
        }
        unacknowledged.decrementAndGet();
        return false;
    }

    /** Releases messages that all recipients have acknowledged. */
    void released(int messages, long bytes) {
        unacknowledged.addAndGet(-messages);
        unacknowledgedBytes.addAndGet(-bytes);
        sendMissedNotice();
    }

    /** Returns the bytes of unacknowledged messages. */
    long bytes() {
        return unacknowledgedBytes.get();
    }

    private void drainSoon() {
        Destination to = destination;
        if (to == null || !draining.compareAndSet(false, true)) {
            return;
        }
        try {
            if (batching && !to.loop().inLoop()) {
                to.loop().schedule(BATCH_DELAY, this::drain);
            } else {
                to.loop().execute(this::drain);
            }
        } catch (RejectedExecutionException e) {
            drain(); // the loop has ended
        }
    }

    /** Passes the accepted messages to the session. Event loop only. */
    void drain() {
        draining.set(false);
        Destination to = destination;
        if (to == null) {
            return;
        }
        int count = 0;
        for (Encoded next = encoded.poll(); next != null; next = encoded.poll()) {
            count++;
            long number = to.session().send(next.frame(), next.to());
            Pending request = next.request();
            if (number == 0 && next.to() != null) {
                released(1, next.frame().length());
                RuntimeException failure = reject(DropReason.UNKNOWN_RECIPIENT, unknownMember(next.to()));
                if (request != null) {
                    to.requests().fail(request, failure);
                }
            } else if (request != null) {
                to.requests().sent(number, request);
            }
        }
        batching = count > 1;
    }
}
