package io.heliograph.server.binding;

import org.jspecify.annotations.Nullable;

/** Client of a protocol in the matrix of all protocols. Waits for each answer. */
interface MatrixEnd extends AutoCloseable {

    /** Subscribes. */
    void subscribe(String channel);

    /**
     * Publishes.
     *
     * @return null, or the error in the form of {@link #call}
     */
    @Nullable
    String publish(String channel, Sample sample);

    /** Returns the data of the next publication, in the form of {@link Sample} that the protocol has. */
    String next();

    /**
     * Calls a procedure.
     *
     * @param argument JSON with ' in place of "
     * @return the result as JSON with ' in place of ", or {@code error NAME CODE MESSAGE DATA} with what the protocol has of these
     */
    String call(String procedure, String argument);

    /** Calls a procedure without an answer. */
    void callOneWay(String procedure, String argument);

    /** Calls a procedure without waiting for the answer. */
    void beginCall(String procedure, String argument);

    @Override
    void close();
}
