package io.heliograph.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that all links of one loop read into and write from, in turn, so that their memory stays in the processor's cache
 * and nothing is allocated for a read or a write. All on the loop.
 *
 * <p>Whoever keeps a buffer beyond its turn has it for itself: the next one gets another.
 */
final class LoopBuffers {

    static final int READ = 128 * 1024;
    static final int WRITE = 256 * 1024;

    /** Reads in a row before others have a turn; a read that does not fill its buffer is the last. */
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

    /** An empty buffer of {@link #WRITE}, which is the caller's. */
    ByteBuf takeToWrite(ByteBufAllocator others) {
        ByteBuf taken = spare;
        spare = null;
        return taken == null ? others.directBuffer(WRITE, WRITE) : taken;
    }

    /** Takes back a buffer, which the caller does not touch any more. */
    void give(ByteBuf buffer) {
        if (spare != null || released) {
            buffer.release();
        } else {
            spare = buffer.clear();
        }
    }

    /** Keeps no buffer any more. */
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

    /** Has channels of the loop read into its buffer, if what they read is released before they read again. */
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
