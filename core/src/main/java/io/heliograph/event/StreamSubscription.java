package io.heliograph.event;

import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Gives the events of a stream to a subscriber, on one virtual thread at a time, as many as it has requested. */
final class StreamSubscription<T> implements Flow.Subscription {

    // Keeps the handle alive for as long as somebody is subscribed.
    @SuppressWarnings({"unused", "FieldCanBeLocal", "UnusedVariable"})
    private final EventStream<T> handle;

    private final StreamSource<T> source;
    private final Flow.Subscriber<? super T> subscriber;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger wakes = new AtomicInteger();
    private volatile @Nullable Throwable refusal;
    private volatile boolean cancelled;
    private boolean begun;

    StreamSubscription(
            EventStream<T> handle, StreamSource<T> source, Flow.Subscriber<? super T> subscriber) {
        this.handle = handle;
        this.source = source;
        this.subscriber = subscriber;
    }

    void begin(boolean first) {
        if (!first) {
            refusal = new IllegalStateException("the stream has a subscriber already");
        }
        wake();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            refusal = new IllegalArgumentException("request: " + count + " (expected: > 0)");
        } else {
            requested.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        }
        wake();
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (refusal == null) {
            source.close();
        }
    }

    /** Something has changed; looks at it on a virtual thread, unless one is looking. */
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
                throw broken;
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
            Throwable refused = refusal;
            if (refused != null) {
                boolean ours = !(refused instanceof IllegalStateException);
                cancelled = true;
                if (ours) {
                    source.close();
                }
                subscriber.onError(refused);
                return;
            }
            if (source.isOver()) {
                cancelled = true;
                subscriber.onComplete();
                return;
            }
            Optional<T> event = requested.get() > 0 ? source.poll() : null;
            if (event == null) {
                return;
            }
            requested.getAndUpdate(n -> n == Long.MAX_VALUE ? n : n - 1);
            if (event.isEmpty()) {
                refusal =
                        new NullPointerException(
                                "a null event cannot be published; read it in a loop");
            } else {
                subscriber.onNext(event.get());
            }
        }
    }
}
