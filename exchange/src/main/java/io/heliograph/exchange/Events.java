package io.heliograph.exchange;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.internal.PrintableFailure;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listeners of the events of an exchange, and its counters. */
final class Events {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    /** Maximum number of pending error reports from under a lock; further errors are not reported. */
    private static final int MAX_PENDING = 64;

    final Counters counters = new Counters();
    final Listeners<Consumer<? super String>> subscribed = new Listeners<>(this::error);
    final Listeners<Consumer<? super String>> unsubscribed = new Listeners<>(this::error);
    final Listeners<Consumer<? super Publication>> published = new Listeners<>(this::error);
    final Listeners<Consumer<? super Throwable>> errors =
            new Listeners<>(failure -> log.error("Error listener failed", PrintableFailure.of(failure)));
    final Listeners<Consumer<? super BrokerState>> brokerStates = new Listeners<>(this::error);
    private final FailureLog failures = new FailureLog(log);
    private final AtomicInteger pending = new AtomicInteger();

    void subscribed(String channel) {
        subscribed.emit((listener, name, unused) -> listener.accept(name), channel, null);
    }

    void unsubscribed(String channel) {
        unsubscribed.emit((listener, name, unused) -> listener.accept(name), channel, null);
    }

    void published(Publication publication) {
        published.emit((listener, p, unused) -> listener.accept(p), publication, null);
    }

    /** Reports a failure on the calling thread, which must not hold a lock. */
    void error(Throwable failure) {
        if (errors.isEmpty()) {
            failures.unreported(failure);
        } else {
            errors.emit((listener, e, unused) -> listener.accept(e), failure, null);
        }
    }

    /** Reports a failure on another thread, because the caller may hold a lock. */
    void errorLater(Throwable failure) {
        if (pending.getAndIncrement() >= MAX_PENDING) {
            pending.decrementAndGet();
            return;
        }
        runLater(() -> {
            pending.decrementAndGet();
            error(failure);
        });
    }

    /** Runs a task that can call user code on another thread, because the caller may hold a lock. */
    static void runLater(Runnable task) {
        Thread.ofVirtual().name("heliograph-exchange").start(task);
    }

    void brokerState(BrokerState state) {
        brokerStates.emit((listener, s, unused) -> listener.accept(s), state, null);
    }

    /** Logs and reports an exception of a subscriber or listener. */
    void subscriberFailed(String channel, Throwable failure) {
        counters.drop(DropReason.SUBSCRIBER_FAILURE, 1);
        failures.userCode("channel=" + BrokerException.shown(channel), null, failure);
        if (!errors.isEmpty()) {
            error(new SubscriberException(channel, failure));
        }
    }

    /** Counts and reports a gap. The caller may hold a lock. */
    void gap(String channel, Position before, Position after, GapReason reason) {
        long count = before.epoch().equals(after.epoch()) ? after.offset() - before.offset() : 1;
        counters.drop(DropReason.MISSED, Math.max(1, count));
        errorLater(new BrokerException(
                "gap (" + reason.key() + ") after " + before + " and before " + after + " in", channel, null));
    }

    static QueueFullException overflow(String channel, long limit) {
        return new QueueFullException(
                "queue full: channel '"
                        + BrokerException.shown(channel)
                        + "' (expected: at most "
                        + limit
                        + " pending bytes, including 256 bytes per publication; see maxQueuedBytes)",
                limit);
    }

    static QueueFullException opening(String channel, int limit) {
        return new QueueFullException(
                "channel '" + BrokerException.shown(channel) + "' is being opened (expected: at most " + limit
                        + " pending publications)",
                limit);
    }

    static QueueFullException streamFull(String channel, int capacity) {
        return new QueueFullException(
                "stream full: channel '"
                        + BrokerException.shown(channel)
                        + "' (expected: at most "
                        + capacity
                        + " pending publications; see streamCapacity)",
                capacity);
    }

    static ClosedException closed() {
        return new ClosedException("the exchange is closed", new CloseReason.Local(), true);
    }

    static ClosedException loopEnded() {
        return new ClosedException("the event loop of the subscriber has ended", new CloseReason.Local(), true);
    }
}
