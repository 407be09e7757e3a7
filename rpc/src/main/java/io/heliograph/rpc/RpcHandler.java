package io.heliograph.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Handler of a method.
 *
 * @param <P> the type of the parameters
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface RpcHandler<P extends @Nullable Object, R extends @Nullable Object> {

    /**
     * Handles a call, where the server's {@link io.heliograph.Dispatch} says. Calls of one socket start in the order of their
     * requests; several calls may run at the same time.
     *
     * @param params null if the request has no parameters
     * @return the result, or a {@link java.util.concurrent.CompletionStage} of the result
     * @throws RpcException to respond with this error; {@link RpcServer.Builder#exposeErrors} determines the response to any other
     *     exception
     */
    R handle(P params, RpcSocket caller) throws Exception;
}
