package io.heliograph.transport;

/**
 * Counters of a link, since it was created. Read without a lock on other threads than the event loop: the counters may be of slightly different
 * moments.
 *
 * @param framesReceived frames, or chunks of a link without frames
 * @param bytesReceived bytes of the stream, without those of TLS
 * @param framesSent frames accepted for sending
 * @param bytesSent bytes of these frames, as framed
 * @param queuedBytes bytes accepted and not yet handed to the operating system, now
 */
public record LinkStats(long framesReceived, long bytesReceived, long framesSent, long bytesSent, long queuedBytes) {

    /** The counters of a peer that has no link of its own. */
    public static final LinkStats NONE = new LinkStats(0, 0, 0, 0, 0);

    /** Returns these counters with bytes that wait elsewhere. */
    public LinkStats withQueued(long more) {
        return new LinkStats(framesReceived, bytesReceived, framesSent, bytesSent, queuedBytes + more);
    }
}
