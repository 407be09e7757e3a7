package io.heliograph.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Handler of a method that ignores the caller.
 *
 * @param <P> the type of the parameters
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface RpcFunction<P extends @Nullable Object, R extends @Nullable Object> {

    /** Handles a call as {@link RpcHandler#handle} does. */
    R call(P params) throws Exception;
}
