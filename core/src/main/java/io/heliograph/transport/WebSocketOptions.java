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
 * @param maxMessageBytes the longest message that is accepted from the peer, decompressed; positive
 * @param maxQueuedBytes how much may wait to be written; positive
 * @param overflow what happens to a message that finds no room; one is always taken when nothing waits
 * @param closeTimeout how long the peer may take, after this side has sent its close frame, to send its own and to end the
 *     connection; positive
 * @param pingInterval how often the peer is sent a ping when nothing has come from it; it is cut off when nothing comes until
 *     the next. Zero for never
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

    /** 1 MiB a message, 16 MiB of queue after which the link is closed, 10 s to close, no pings, no compression. */
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
     * How messages are compressed.
     *
     * @param threshold the shortest message that is compressed, in bytes; 0 or more
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
