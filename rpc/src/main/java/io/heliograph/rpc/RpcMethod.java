package io.heliograph.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A method of a namespace, to be registered with its handler.
 *
 * @param <P> the type of the parameters
 */
@FunctionalInterface
public interface RpcMethod<P> {

    /**
     * Registers the method, or replaces it; a replaced method is public unless {@link RpcServer.Builder#duplicates} says otherwise.
     *
     * @param handler a null result is sent as null
     * @throws IllegalArgumentException if the method is registered and {@link Duplicates#REJECT} is set
     */
    Registration handle(RpcHandler<P, ? extends @Nullable Object> handler);

    /** Registers the method as {@link #handle(RpcHandler)} does, with a handler that ignores the caller. */
    default Registration handle(RpcFunction<P, ? extends @Nullable Object> function) {
        return handle((P params, RpcSocket caller) -> function.call(params));
    }
}
