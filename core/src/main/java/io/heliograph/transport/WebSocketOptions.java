package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of a WebSocket.
 *
 * @param maxMessageBytes size of the longest decompressed message that is accepted from the peer. Must be positive
 * @param maxQueuedBytes size of the queue of unwritten messages. Must be positive
 * @param overflow policy for a message that exceeds the queue; an empty queue accepts any message
 * @param closeTimeout time for the peer to answer the close frame of this side and to end the connection. Must be positive
 * @param pingInterval time without received bytes after which a ping is sent; without bytes until the next ping, the peer is
 *     disconnected. Zero disables pings
 * @param compression permessage-deflate (RFC 7692), or empty to neither offer nor accept it
 */
public record WebSocketOptions(
        int maxMessageBytes,
        int maxQueuedBytes,
        Overflow overflow,
        Duration closeTimeout,
        Duration pingInterval,
        Optional<Compression> compression) {

    private static final WebSocketOptions DEFAULTS = new WebSocketOptions(
            1 << 20, 16 << 20, Overflow.CLOSE, Duration.ofSeconds(10), Duration.ZERO, Optional.empty());

    public WebSocketOptions {
        positive("maxMessageBytes", maxMessageBytes);
        positive("maxQueuedBytes", maxQueuedBytes);
        positive("closeTimeout", closeTimeout);
        notNegative("pingInterval", pingInterval);
    }

    /** Messages up to 1 MiB, a queue of 16 MiB whose overflow closes the link, 10 s to close, no pings, no compression. */
    public static WebSocketOptions defaults() {
        return DEFAULTS;
    }

    public WebSocketOptions withMaxMessageBytes(int maxMessageBytes) {
        return new WebSocketOptions(maxMessageBytes, maxQueuedBytes, overflow, closeTimeout, pingInterval, compression);
    }

    public WebSocketOptions withQueue(int maxQueuedBytes, Overflow overflow) {
        return new WebSocketOptions(maxMessageBytes, maxQueuedBytes, overflow, closeTimeout, pingInterval, compression);
    }

    public WebSocketOptions withCloseTimeout(Duration closeTimeout) {
        return new WebSocketOptions(maxMessageBytes, maxQueuedBytes, overflow, closeTimeout, pingInterval, compression);
    }

    public WebSocketOptions withPingInterval(Duration pingInterval) {
        return new WebSocketOptions(maxMessageBytes, maxQueuedBytes, overflow, closeTimeout, pingInterval, compression);
    }

    public WebSocketOptions withCompression(Compression compression) {
        return new WebSocketOptions(
                maxMessageBytes, maxQueuedBytes, overflow, closeTimeout, pingInterval, Optional.of(compression));
    }

    /**
     * Options of the compression of messages.
     *
     * @param threshold size of the shortest message that is compressed. Must not be negative
     * @param level 1 to 9, of {@link java.util.zip.Deflater}
     */
    public record Compression(int threshold, int level) {

        public Compression {
            checkArgument(threshold >= 0, "threshold: %d (expected: 0 or more)", threshold);
            checkArgument(level >= 1 && level <= 9, "level: %d (expected: 1 to 9)", level);
        }

        /** Messages of 1024 bytes and more, at level 6. */
        public static Compression defaults() {
            return new Compression(1024, 6);
        }
    }
}
