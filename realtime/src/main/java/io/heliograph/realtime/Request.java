package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its response, which is given once, from any thread.
 *
 * @param <T> the type of its data
 */
public interface Request<T> {

    /** The number that the other side gave it, as it stands on the wire. */
    String id();

    String procedure();

    /** The data; null if it was null or if there was none. */
    @Nullable
    T data();

    /** Whether the request came with data, be it null. */
    boolean hasData();

    /** Whether it was answered. */
    boolean isSent();

    /**
     * Answers without a value.
     *
     * @throws InvalidActionException if it was answered before
     */
    void end();

    /**
     * Answers with a value.
     *
     * @throws InvalidActionException if it was answered before
     */
    void end(@Nullable Object value);

    /**
     * Fails it with an error of this name.
     *
     * @throws InvalidActionException if it was answered before
     */
    void fail(String name, String message);

    /**
     * Fails it with a bare value in place of an error, which a JavaScript peer is rejected with as it is.
     *
     * @throws InvalidActionException if it was answered before
     */
    void failWith(@Nullable Object value);

    /**
     * Fails it. A {@link RealtimeException} crosses the wire with its name, message and fields; of any other the other side is
     * told the name {@code Error} and a text of ours, because a stray exception may say what is nobody else's business.
     *
     * @throws InvalidActionException if it was answered before
     */
    void fail(Throwable cause);
}
