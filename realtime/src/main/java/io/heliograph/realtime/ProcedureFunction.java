package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * Function that answers the requests of a procedure. Runs by the dispatch of the endpoint, and may block unless that is direct.
 *
 * @param <T> type of the data of a request
 */
@FunctionalInterface
public interface ProcedureFunction<T extends @Nullable Object> {

    /**
     * Returns the response to a request, or a {@link java.util.concurrent.CompletionStage} of it.
     *
     * @param data data of the request; null if absent
     * @throws Exception a {@link RealtimeException} is sent as it is; any other fails the request with a neutral message
     */
    @Nullable
    Object run(T data) throws Exception;
}
