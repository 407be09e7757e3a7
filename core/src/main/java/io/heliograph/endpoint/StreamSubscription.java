package io.heliograph.endpoint;

import io.heliograph.EventStream;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Delivers the events of a stream to a subscriber as requested, on one virtual thread at a time. */
final class StreamSubscription<T> implements Flow.Subscription {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(StreamSubscription.class));

    // Keeps the stream reachable while it has a subscriber.
    @SuppressWarnings({"unused", "FieldCanBeLocal", "UnusedVariable"})
    private final EventStream<T> handle;

    private final StreamSource<T> source;
    private final Flow.Subscriber<? super T> subscriber;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger wakes = new AtomicInteger();
    private volatile @Nullable Throwable failure;
    private volatile boolean second;
    private volatile boolean cancelled;
    private boolean begun;

    StreamSubscription(EventStream<T> handle, StreamSource<T> source, Flow.Subscriber<? super T> subscriber) {
        this.handle = handle;
        this.source = source;
        this.subscriber = subscriber;
    }

    void begin(boolean first) {
        if (!first) {
            second = true;
            failure = new IllegalStateException("the stream already has a subscriber (expected: one)");
        }
        wake();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            fail(new IllegalArgumentException("request: " + count + " (expected: > 0)"));
        } else {
            requested.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        }
        wake();
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (!second) {
            // The stream belongs to the first subscriber.
            source.close();
        }
    }

    private void fail(Throwable cause) {
        if (!second) {
            failure = cause;
        }
    }

    /** Delivers signals after a change, on a virtual thread unless one is running. */
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            Thread.ofVirtual().name("heliograph-subscriber").start(this::run);
        }
    }

    private void run() {
        int seen = 1;
        do {
            try {
                signal();
            } catch (Throwable broken) {
                cancel();
                failures.userCode("subscriber, whose subscription is cancelled", null, broken);
                return;
            }
            seen = wakes.addAndGet(-seen);
        } while (seen != 0);
    }

    private void signal() {
        if (!begun) {
            begun = true;
            subscriber.onSubscribe(this);
        }
        while (!cancelled) {
            Throwable failed = failure;
            if (failed != null) {
                cancel();
                subscriber.onError(failed);
                return;
            }
            if (source.isExhausted()) {
                cancelled = true;
                Throwable ending = source.failure();
                if (ending == null) {
                    subscriber.onComplete();
                } else {
                    subscriber.onError(ending);
                }
                return;
            }
            Optional<T> event = requested.get() > 0 ? source.poll() : null;
            if (event == null) {
                return;
            }
            requested.getAndUpdate(n -> n == Long.MAX_VALUE ? n : n - 1);
            if (event.isEmpty()) {
                fail(new NullPointerException(
                        "a null event cannot be delivered to a subscriber (expected: a loop over the stream)"));
            } else {
                subscriber.onNext(event.get());
            }
        }
    }
}
