package io.heliograph.frame;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frame builders to be used again, a few of them, by any threads. Kept by place and not by thread, because virtual threads come
 * and go.
 */
public final class BuilderPool {

    private static final int PLACES = 16;

    private final AtomicReferenceArray<@Nullable FrameBuilder> idle = new AtomicReferenceArray<>(PLACES);
    private final int limit;

    /**
     * @param limit the longest frame that its builders build, in bytes; positive
     */
    public BuilderPool(int limit) {
        this.limit = limit;
    }

    /** A builder that is empty and, until it is given back, the caller's. */
    public FrameBuilder take() {
        FrameBuilder builder = idle.getAndSet(place(), null);
        return builder == null ? new FrameBuilder(limit) : builder;
    }

    /** Takes back a builder, which the caller does not touch any more. */
    public void give(FrameBuilder builder) {
        builder.reset();
        idle.setRelease(place(), builder);
    }

    private static int place() {
        return (int) (Thread.currentThread().threadId() & (PLACES - 1));
    }
}
