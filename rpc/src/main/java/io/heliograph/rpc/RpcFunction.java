package io.heliograph.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A procedure that does not care who calls.
 *
 * @param <P> the type of its parameters
 * @param <R> the type of its result
 */
@FunctionalInterface
public interface RpcFunction<P extends @Nullable Object, R extends @Nullable Object> {

    /** As {@link RpcHandler#handle}, for any caller. */
    R call(P params) throws Exception;
}
