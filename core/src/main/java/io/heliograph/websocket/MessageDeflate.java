package io.heliograph.websocket;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compressor of WebSocket messages by permessage-deflate (RFC 7692) without context takeover. Thread-safe.
 *
 * <p>A compressor keeps no state per link. A message that is sent to many links in succession is compressed once.
 */
public final class MessageDeflate {

    /** Trailer of a compressed message, which is not sent (RFC 7692, section 7.2.1). */
    static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    /** Maximum number of pooled deflaters and of pooled inflaters. */
    private static final int POOL_SIZE = 2 * Runtime.getRuntime().availableProcessors();

    private static final ArrayBlockingQueue<Inflater> inflaters = new ArrayBlockingQueue<>(POOL_SIZE);
    private static final AtomicInteger inflatersInUse = new AtomicInteger();

    private final ArrayBlockingQueue<Deflater> deflaters = new ArrayBlockingQueue<>(POOL_SIZE);
    private final int threshold;
    private final int level;
    private final int maxLength;
    private volatile @Nullable Latest latest;

    private record Latest(Frame plain, Frame compressed) {}

    /**
     * @param threshold minimum length of a message to compress, in bytes; zero or more
     * @param level compression level of {@link Deflater}, 1 to 9
     */
    public MessageDeflate(int threshold, int level) {
        this(threshold, level, Integer.MAX_VALUE);
    }

    private MessageDeflate(int threshold, int level, int maxLength) {
        checkArgument(threshold >= 0, "threshold: %d (expected: 0 or more)", threshold);
        checkArgument(level >= 1 && level <= 9, "level: %d (expected: 1 to 9)", level);
        this.threshold = threshold;
        this.level = level;
        this.maxLength = maxLength;
    }

    /**
     * Returns a compressor for a peer with a smaller window. The JDK compresses with the largest window only; a message that is no
     * longer than the window of the peer cannot refer to anything outside it, and longer ones are sent uncompressed.
     *
     * @param windowBits 8 to 15
     */
    public MessageDeflate window(int windowBits) {
        return windowBits == 15 ? this : new MessageDeflate(threshold, level, 1 << windowBits);
    }

    /**
     * Returns the compressed message, or {@code message} itself if it is shorter than the threshold, longer than the window, already
     * compressed, or would not become shorter.
     */
    @SuppressWarnings("ReferenceEquality") // a broadcast passes the same object
    public Frame compress(Frame message) {
        if (message.length() < Math.max(1, threshold) || message.length() > maxLength || message.isCompressed()) {
            return message;
        }
        Latest known = latest;
        if (known != null && known.plain == message) {
            return known.compressed;
        }
        Frame compressed = deflate(message);
        latest = new Latest(message, compressed);
        return compressed;
    }

    private Frame deflate(Frame message) {
        Deflater pooled = deflaters.poll();
        Deflater deflater = pooled == null ? new Deflater(level, true) : pooled;
        try {
            deflater.setInput(message.array(), message.offset(), message.length());
            byte[] target = new byte[message.length()];
            int size = 0;
            while (size < target.length) {
                int count = deflater.deflate(target, size, target.length - size, Deflater.SYNC_FLUSH);
                if (count == 0) {
                    break;
                }
                size += count;
            }
            if (size >= target.length) {
                return message;
            }
            int sent = size - TAIL.length;
            return Frame.message(Arrays.copyOf(target, sent), 0, sent, message.isText(), true);
        } finally {
            deflater.reset();
            if (!deflaters.offer(deflater)) {
                deflater.end();
            }
        }
    }

    /** Returns the number of inflaters that connections hold. For tests. */
    public static int inflatersInUse() {
        return inflatersInUse.get();
    }

    Inflater acquireInflater() {
        inflatersInUse.incrementAndGet();
        Inflater pooled = inflaters.poll();
        return pooled == null ? new Inflater(true) : pooled;
    }

    void releaseInflater(Inflater inflater) {
        inflatersInUse.decrementAndGet();
        inflater.reset();
        if (!inflaters.offer(inflater)) {
            inflater.end();
        }
    }
}
