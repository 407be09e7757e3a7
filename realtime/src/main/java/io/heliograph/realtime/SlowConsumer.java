package io.heliograph.realtime;

/**
 * What becomes of a socket that reads more slowly than is published to it, once {@code maxQueuedBytes} wait for it.
 *
 * <p>Only publications are ever dropped. A response, or an event of the application's, that finds no room closes the socket.
 */
public enum SlowConsumer {

    /** The socket is cut off; its client connects anew and subscribes again. */
    CLOSE,

    /**
     * The oldest publications of the channel that are waiting are dropped for a newer one, and where there are none, the oldest of
     * any channel. Those that wait may be overtaken by what is no publication.
     */
    DROP_OLDEST_PER_CHANNEL,

    /**
     * Of each channel only the newest publication waits, for channels in which the last word is all that counts. The socket is cut
     * off if those are too many. Those that wait may be overtaken by what is no publication.
     */
    CONFLATE_PER_CHANNEL
}
