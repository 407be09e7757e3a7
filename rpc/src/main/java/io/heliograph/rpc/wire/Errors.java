package io.heliograph.rpc.wire;

import io.heliograph.Subscription;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.rpc.DropReason;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Tells the error listeners of failures, on the executor; or the log, if there are none or they are too slow. */
public final class Errors {

    private static final int MAX_WAITING = 1024;

    private final Logger log;
    private final Counters counters;
    private final Listeners<Consumer<? super Throwable>> listeners;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable SerialExecutor executor;

    public Errors(Logger log, Counters counters) {
        this.log = log;
        this.counters = counters;
        this.listeners = new Listeners<>(failure -> log.error("an error listener failed", failure));
    }

    public void attach(SerialExecutor to) {
        executor = to;
    }

    public Subscription on(Consumer<? super Throwable> listener) {
        return listeners.on(listener);
    }

    /** Any thread. */
    public void report(Throwable failure) {
        SerialExecutor to = executor;
        if (listeners.isEmpty() || to == null) {
            log.warn("{}", failure.toString(), failure);
        } else if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            counters.drop(DropReason.ERROR_UNREPORTED, 1);
            log.warn("not reported, as too many errors wait: {}", failure.toString());
        } else {
            to.execute(() -> {
                waiting.decrementAndGet();
                listeners.emit((listener, f, unused) -> listener.accept(f), failure, null);
            });
        }
    }
}
