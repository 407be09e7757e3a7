package io.heliograph.server.hub;

import io.heliograph.server.CallException;
import org.jspecify.annotations.Nullable;

/**
 * Receiver of the outcome of an operation, called once.
 *
 * @param <T> type of the result
 */
@FunctionalInterface
public interface Outcome<T> {

    /**
     * Completes the operation.
     *
     * @param result result, which may be null
     * @param failure the failure, or null for success
     */
    void complete(@Nullable T result, @Nullable CallException failure);

    /** Returns whether the caller of a procedure receives no result. Default: false. */
    default boolean isOneWay() {
        return false;
    }
}
