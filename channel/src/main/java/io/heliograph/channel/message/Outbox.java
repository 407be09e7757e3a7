package io.heliograph.channel.message;

import io.heliograph.QueueFullException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.election.Counters;
import io.heliograph.channel.message.Requests.Pending;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.internal.BuilderPool;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a member has sent: encoded where it was sent, taken within the limits, and brought to the loop in order. It counts as
 * waiting until all have acknowledged it.
 */
final class Outbox {

    private static final int MOST_UNACKNOWLEDGED = 1 << 16;

    /**
     * While a thread sends one message after the other, they go to the loop as many at a time as come within this. One by one, each
     * would wake up this loop, the host's and the receiver's, at several times its own cost.
     */
    private static final Duration GATHERING = Duration.ofNanos(50_000);

    /**
     * What is to be sent.
     *
     * @param to the only recipient, or null for all
     * @param reference the number of the request that it answers
     */
    record OutgoingMessage(
            @Nullable Id to, String topic, @Nullable Object message, byte kind, long reference) {}

    /** A message on its way to the loop. */
    private record Encoded(
            Frame frame, @Nullable Id to, @Nullable Pending request) {}

    /** Where count go once there is a loop. */
    private record Destination(EventLoop loop, Session session, Requests requests) {}

    private final MessageOptions limits;
    private final Id self;
    private final Codec codec;
    private final Counters counters;
    private final Consumer<Throwable> onError;
    private final ConcurrentLinkedQueue<Encoded> encoded = new ConcurrentLinkedQueue<>();
    private final BuilderPool builders;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicLong keptBytes = new AtomicLong();
    private final AtomicInteger kept = new AtomicInteger();
    private volatile boolean bursting;
    private volatile @Nullable Destination exit;

    Outbox(MessageOptions limits, Id self, Codec codec, Counters counters, Consumer<Throwable> onError) {
        this.limits = limits;
        this.self = self;
        this.codec = codec;
        this.counters = counters;
        this.onError = onError;
        this.builders = new BuilderPool(Wire.TOPIC + Wire.MAX_TOPIC_BYTES + limits.maxMessageBytes());
    }

    /** What was accepted, and will be, goes to the session from now on. */
    void open(EventLoop loop, Session session, Requests requests) {
        exit = new Destination(loop, session, requests);
        drainSoon();
    }

    /** Accepts a message; answers, and reports, why not. */
    @Nullable
    RuntimeException accept(OutgoingMessage message, @Nullable Pending request) {
        Frame frame;
        try {
            frame = encode(message);
        } catch (CodecException | IllegalArgumentException e) {
            return refuse(DropReason.ENCODE_ERROR, e);
        }
        if (!reserve(frame.length())) {
            return refuse(DropReason.QUEUE_FULL, full(message.topic()));
        }
        counters.sent.increment();
        counters.sentBytes.add(frame.length());
        encoded.add(new Encoded(frame, message.to(), request));
        drainSoon();
        return null;
    }

    RuntimeException refuse(io.heliograph.DropReason reason, RuntimeException why) {
        counters.drop(reason);
        onError.accept(why);
        return why;
    }

    static UnreachableException absent(Id member) {
        return new UnreachableException("member " + member + " is not there", null);
    }

    private QueueFullException full(String topic) {
        return new QueueFullException(
                "too much is not acknowledged: "
                        + keptBytes
                        + " bytes in "
                        + kept
                        + " messages (expected: at most "
                        + limits.maxUnacknowledgedBytes()
                        + " and "
                        + MOST_UNACKNOWLEDGED
                        + "); the message with topic '"
                        + topic
                        + "' was refused",
                limits.maxUnacknowledgedBytes());
    }

    private Frame encode(OutgoingMessage message) {
        byte[] name = Wire.utf8(message.topic());
        if (name.length > Wire.MAX_TOPIC_BYTES) {
            throw new IllegalArgumentException("topic of " + name.length + " bytes (expected: at most 65535)");
        }
        FrameBuilder builder = builders.take();
        try {
            builder.write(Wire.messageHead(self, message.kind(), message.reference(), name));
            if (message.message() instanceof Payload payload) {
                builder.write(payload.frame());
            } else {
                codec.encode(message.message(), builder);
            }
            long size = builder.size() - Wire.TOPIC - name.length;
            if (size > limits.maxMessageBytes()) {
                throw new IllegalArgumentException("message with topic '"
                        + message.topic()
                        + "' of "
                        + size
                        + " bytes (expected: at most maxMessageBytes, "
                        + limits.maxMessageBytes()
                        + ")");
            }
            return builder.build();
        } finally {
            builders.give(builder);
        }
    }

    private boolean reserve(int bytes) {
        if (kept.incrementAndGet() <= MOST_UNACKNOWLEDGED) {
            long all = keptBytes.addAndGet(bytes);
            // One message is always taken.
            if (all <= limits.maxUnacknowledgedBytes() || all == bytes) {
                return true;
            }
            keptBytes.addAndGet(-bytes);
        }
        kept.decrementAndGet();
        return false;
    }

    /** Everybody has these. */
    void released(int messages, long bytes) {
        kept.addAndGet(-messages);
        keptBytes.addAndGet(-bytes);
    }

    /** How much was sent that somebody has not acknowledged. */
    long bytes() {
        return keptBytes.get();
    }

    private void drainSoon() {
        Destination to = exit;
        if (to == null || !draining.compareAndSet(false, true)) {
            return;
        }
        try {
            if (bursting && !to.loop().inLoop()) {
                to.loop().schedule(GATHERING, this::drain);
            } else {
                to.loop().execute(this::drain);
            }
        } catch (RejectedExecutionException e) {
            drain(); // the loop has ended: there is nobody to disturb
        }
    }

    /** Brings what was accepted to the session; on the loop. */
    void drain() {
        draining.set(false);
        Destination to = exit;
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
                RuntimeException gone = refuse(DropReason.NO_MEMBER, absent(next.to()));
                if (request != null) {
                    to.requests().fail(request, gone);
                }
            } else if (request != null) {
                to.requests().sent(number, request);
            }
        }
        bursting = count > 1;
    }
}
