package io.heliograph;

import io.heliograph.internal.Printable;

/** Reason for the end of a connection. */
public sealed interface CloseReason {

    /** The connection was closed by this side. */
    record Local() implements CloseReason {}

    /**
     * The connection was closed by the peer, as its protocol defines.
     *
     * @param code close code of the peer; 0 if the protocol has no codes, or at the end of a stream
     * @param text close message of the peer, possibly empty
     */
    record Remote(int code, String text) implements CloseReason {

        /** Code and message, with control characters escaped. */
        @Override
        public String toString() {
            return "Remote[code=" + code + ", text=" + Printable.of(text) + "]";
        }
    }

    /**
     * The connection failed, or this side closed it because of a failure.
     *
     * @param cause the failure
     */
    record Failed(HeliographException cause) implements CloseReason {}
}
