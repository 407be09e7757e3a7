package io.heliograph.exchange;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.Listeners;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of an exchange's own events, and its counters. */
final class Events {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    /** How many errors that occurred under a lock may wait to be told; further ones are counted only. */
    private static final int MAX_WAITING = 64;

    final Counters counters = new Counters();
    final Listeners<Consumer<? super String>> subscribed = new Listeners<>(this::error);
    final Listeners<Consumer<? super String>> unsubscribed = new Listeners<>(this::error);
    final Listeners<Consumer<? super Publication>> published = new Listeners<>(this::error);
    final Listeners<Consumer<? super Throwable>> errors =
            new Listeners<>(failure -> log.error("an error listener failed", failure));
    private final AtomicInteger waiting = new AtomicInteger();

    void subscribed(String channel) {
        subscribed.emit((listener, name, unused) -> listener.accept(name), channel, null);
    }

    void unsubscribed(String channel) {
        unsubscribed.emit((listener, name, unused) -> listener.accept(name), channel, null);
    }

    void published(Publication publication) {
        published.emit((listener, p, unused) -> listener.accept(p), publication, null);
    }

    /** Tells of a failure now. No lock is held. */
    void error(Throwable failure) {
        if (errors.isEmpty()) {
            // Where one of ours was made says nothing; where a listener failed says all.
            boolean plain = failure instanceof HeliographException && !(failure instanceof SubscriberException);
            log.warn("{} (there is no error listener)", failure.toString(), plain ? null : failure);
        } else {
            errors.emit((listener, e, unused) -> listener.accept(e), failure, null);
        }
    }

    /** Tells of a failure from a thread of its own, as under a lock. */
    void errorLater(Throwable failure) {
        if (waiting.getAndIncrement() >= MAX_WAITING) {
            waiting.decrementAndGet();
            return;
        }
        later(() -> {
            waiting.decrementAndGet();
            error(failure);
        });
    }

    /** Runs what may call the user's code from where a lock may be held, on a thread of its own. */
    static void later(Runnable task) {
        Thread.ofVirtual().name("heliograph-exchange").start(task);
    }

    void subscriberFailed(String channel, Throwable failure) {
        counters.drop(DropReason.SUBSCRIBER_FAILURE, 1);
        error(new SubscriberException(channel, failure));
    }

    void missed(String channel, long count, Position before) {
        counters.drop(DropReason.MISSED, count);
        errorLater(new BrokerException(
                count + " publications before offset " + before.offset() + " are missing in", channel, null));
    }

    static QueueFullException overflow(String channel, long limit) {
        return new QueueFullException(
                "publications of '"
                        + BrokerException.shown(channel)
                        + "' find a full queue (expected: at most "
                        + limit
                        + " bytes waiting, with 256 for each publication)",
                limit);
    }

    static QueueFullException streamFull(String channel, int capacity) {
        return new QueueFullException(
                "publications of '"
                        + BrokerException.shown(channel)
                        + "' find a full stream (expected: at most "
                        + capacity
                        + " waiting)",
                capacity);
    }

    static ClosedException closed() {
        return new ClosedException("the exchange is closed", new CloseReason.Local(), true);
    }

    static ClosedException loopEnded() {
        return new ClosedException("the event loop of the subscriber has ended", new CloseReason.Local(), true);
    }
}
