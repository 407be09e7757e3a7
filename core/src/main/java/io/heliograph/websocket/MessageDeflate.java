package io.heliograph.websocket;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the messages of WebSockets, each by itself, as permessage-deflate (RFC 7692) has it.
 *
 * <p>Nothing is kept for a link: a message that goes to many links one after the other is compressed once. Usable from any
 * thread.
 */
public final class MessageDeflate {

    /** The end of a compressed message, which is not sent. */
    static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    /** Deflaters and inflaters kept for later, of each as many; what is above is made and ended. */
    private static final int KEPT = 2 * Runtime.getRuntime().availableProcessors();

    private static final ArrayBlockingQueue<Inflater> inflaters = new ArrayBlockingQueue<>(KEPT);

    private final ArrayBlockingQueue<Deflater> deflaters = new ArrayBlockingQueue<>(KEPT);
    private final int threshold;
    private final int level;
    private volatile @Nullable Latest latest;

    private record Latest(Frame plain, Frame compressed) {}

    /**
     * @param threshold the shortest message that is compressed, in bytes; 0 or more
     * @param level 1 to 9, of {@link Deflater}
     */
    public MessageDeflate(int threshold, int level) {
        checkArgument(threshold >= 0, "threshold: %d (expected: 0 or more)", threshold);
        checkArgument(level >= 1 && level <= 9, "level: %d (expected: 1 to 9)", level);
        this.threshold = threshold;
        this.level = level;
    }

    /** What is to be sent for {@code message}: itself if it is short, or if compression does not make it shorter. */
    @SuppressWarnings("ReferenceEquality") // the same object is what goes to many
    public Frame compress(Frame message) {
        if (message.length() < Math.max(1, threshold) || message.isCompressed()) {
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

    Inflater borrow() {
        Inflater pooled = inflaters.poll();
        return pooled == null ? new Inflater(true) : pooled;
    }

    void giveBack(Inflater inflater) {
        inflater.reset();
        if (!inflaters.offer(inflater)) {
            inflater.end();
        }
    }
}
