package io.heliograph.server;

import org.jspecify.annotations.Nullable;

/**
 * Procedure that clients of all protocols can call.
 *
 * @param <T> type of the argument
 */
@FunctionalInterface
public interface Procedure<T extends @Nullable Object> {

    /**
     * Handles a call. The calls of a connection start in order and run concurrently, on the {@link io.heliograph.Dispatch} of the hub.
     *
     * @param argument argument of the call; null if the caller has sent null or none
     * @return the result: any value that the codec can encode, or a {@link java.util.concurrent.CompletionStage} of it
     * @throws Exception a {@link CallException} is sent to the caller; of any other exception the caller learns only that the procedure has
     *     failed, and {@link Hub#onError} receives it
     */
    @Nullable
    Object run(T argument, Call call) throws Exception;
}
