package io.heliograph.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that the links of one event loop share for reads and writes: their memory stays in the processor's cache, and a
 * read or write allocates nothing. Event loop only.
 *
 * <p>A buffer that its user retains is not reused; the next user receives another one.
 */
final class LoopBuffers {

    static final int READ = 128 * 1024;
    static final int WRITE = 256 * 1024;

    /** Maximum number of consecutive reads of one channel. A read that does not fill its buffer ends the sequence. */
    private static final int READS = 8;

    private @Nullable ByteBuf reads;
    private @Nullable ByteBuf spare;
    private boolean released;

    private ByteBuf toRead(ByteBufAllocator others) {
        ByteBuf shared = reads;
        if (shared == null && !released) {
            shared = UnpooledByteBufAllocator.DEFAULT.directBuffer(READ, READ);
            reads = shared;
        }
        return shared == null || shared.refCnt() > 1
                ? others.directBuffer(READ, READ)
                : shared.clear().retain();
    }

    /** Returns an empty buffer of {@link #WRITE} bytes, which the caller owns. */
    ByteBuf takeToWrite(ByteBufAllocator others) {
        ByteBuf taken = spare;
        spare = null;
        return taken == null ? others.directBuffer(WRITE, WRITE) : taken;
    }

    /** Returns a buffer to the event loop. */
    void give(ByteBuf buffer) {
        if (spare != null || released) {
            buffer.release();
        } else {
            spare = buffer.clear();
        }
    }

    /** Releases the kept buffers. */
    void release() {
        released = true;
        if (reads != null) {
            reads.release();
            reads = null;
        }
        if (spare != null) {
            spare.release();
            spare = null;
        }
    }

    /**
     * Allocator with which channels read into the buffer of the event loop. The channels must release each read before
     * the next.
     */
    static final class Receiver extends DefaultMaxMessagesRecvByteBufAllocator {

        private final LoopBuffers buffers;

        Receiver(LoopBuffers buffers) {
            super(READS);
            this.buffers = buffers;
        }

        @Override
        @SuppressWarnings("deprecation") // of the only method
        public Handle newHandle() {
            return new MaxMessageHandle() {
                @Override
                public int guess() {
                    return READ;
                }

                @Override
                public ByteBuf allocate(ByteBufAllocator others) {
                    return buffers.toRead(others);
                }
            };
        }
    }
}
