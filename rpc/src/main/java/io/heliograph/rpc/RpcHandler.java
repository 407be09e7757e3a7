package io.heliograph.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A procedure.
 *
 * @param <P> the type of its parameters
 * @param <R> the type of its result
 */
@FunctionalInterface
public interface RpcHandler<P extends @Nullable Object, R extends @Nullable Object> {

    /**
     * Answers a call, where the server's {@link io.heliograph.Dispatch} says. Calls of one socket start in the order in which they
     * came and may then overlap, also with themselves.
     *
     * @param params what was sent, or null if nothing was
     * @return the result, or a {@link java.util.concurrent.CompletionStage} of it
     * @throws RpcException to answer with that error; any other exception is answered as {@link
     *     RpcServer.Builder#exposeErrors} says
     */
    R handle(P params, RpcSocket caller) throws Exception;
}
