package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * Request that needs exactly one response. Thread-safe.
 *
 * @param <T> type of the data
 */
public interface Request<T> {

    /** Returns the request number, as on the wire. */
    String id();

    String procedure();

    /** Returns the data; null if the data is null or missing. */
    @Nullable
    T data();

    /** Returns whether the request has data, which may be null. */
    boolean hasData();

    /** Returns whether the response has been sent. */
    boolean isSent();

    /**
     * Responds without a value.
     *
     * @throws InvalidActionException if the response has already been sent
     */
    void end();

    /**
     * Responds with a value. A value that cannot be encoded is reported here; the peer receives the name {@code Error} and a neutral
     * message.
     *
     * @throws InvalidActionException if the response has already been sent
     */
    void end(@Nullable Object value);

    /**
     * Responds with an error of this name.
     *
     * @throws InvalidActionException if the response has already been sent
     */
    void fail(String name, String message);

    /**
     * Responds with a value in place of an error. A JavaScript peer rejects its promise with this value.
     *
     * @throws InvalidActionException if the response has already been sent
     */
    void failWith(@Nullable Object value);

    /**
     * Responds with an error. A {@link RealtimeException} is sent with its name, message and fields. Any other exception is sent with
     * the name {@code Error} and a neutral message, because its own message may be confidential.
     *
     * @throws InvalidActionException if the response has already been sent
     */
    void fail(Throwable cause);
}
