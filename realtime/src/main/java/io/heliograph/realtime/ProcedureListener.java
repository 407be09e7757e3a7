package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * Listener of the requests of a procedure, which responds through the request. Runs by the dispatch of the endpoint, and may block
 * unless that is direct.
 *
 * @param <T> type of the data of a request
 */
@FunctionalInterface
public interface ProcedureListener<T extends @Nullable Object> {

    /**
     * Handles a request.
     *
     * @param data data of the request; null if absent
     * @throws Exception fails an unanswered request as by {@link Request#fail(Throwable)}
     */
    void requested(T data, Request<T> request) throws Exception;
}
