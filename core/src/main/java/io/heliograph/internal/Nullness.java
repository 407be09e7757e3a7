package io.heliograph.internal;

import org.jspecify.annotations.Nullable;

/** Conversion between nullable and non-null types that the null checker cannot prove. */
public final class Nullness {

    private Nullness() {}

    /**
     * Returns {@code value} typed as non-null, null included.
     *
     * <p>For decoded values, whose type argument decides whether null is possible: JSON null decodes as null for every type.
     */
    @SuppressWarnings("NullAway")
    public static <T> T unchecked(@Nullable T value) {
        return value;
    }
}
