package io.heliograph.endpoint;

import io.heliograph.frame.FrameBuilder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Pool of up to 16 idle frame builders. Thread-safe.
 *
 * <p>The id of the thread selects the slot: thread-local builders would be lost with short-lived virtual threads.
 */
public final class BuilderPool {

    private static final int SLOTS = 16;

    private final AtomicReferenceArray<@Nullable FrameBuilder> idle = new AtomicReferenceArray<>(SLOTS);
    private final int limit;

    /** @param limit maximum length of a frame of these builders, in bytes; must be positive */
    public BuilderPool(int limit) {
        this.limit = limit;
    }

    /** Returns an empty builder, which the caller owns until it calls {@link #give}. */
    public FrameBuilder take() {
        FrameBuilder builder = idle.getAndSet(slot(), null);
        return builder == null ? new FrameBuilder(limit) : builder;
    }

    /** Returns a builder to the pool. The caller must not use it afterwards. */
    public void give(FrameBuilder builder) {
        builder.reset();
        idle.setRelease(slot(), builder);
    }

    private static int slot() {
        return (int) (Thread.currentThread().threadId() & (SLOTS - 1));
    }
}
