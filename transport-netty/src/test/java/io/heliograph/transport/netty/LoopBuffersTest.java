package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopBuffersTest {

    private static final ByteBufAllocator OTHERS = ByteBufAllocator.DEFAULT;

    private final LoopBuffers buffers = new LoopBuffers();

    @SuppressWarnings("deprecation") // of the only method
    private final RecvByteBufAllocator.Handle reads = new LoopBuffers.Receiver(buffers).newHandle();

    @AfterEach
    void release() {
        buffers.release();
    }

    @Test
    void releasedReadBufferIsReused() {
        ByteBuf first = reads.allocate(OTHERS);
        first.writeInt(7);
        first.release();
        ByteBuf second = reads.allocate(OTHERS);
        assertThat(second).isSameAs(first);
        assertThat(second.isReadable()).isFalse();
        assertThat(second.writableBytes()).isEqualTo(LoopBuffers.READ);
        second.release();
    }

    @Test
    void retainedReadBufferIsNotReused() {
        ByteBuf kept = reads.allocate(OTHERS);
        kept.writeInt(7);
        ByteBuf other = reads.allocate(OTHERS);
        assertThat(other).isNotSameAs(kept);
        other.writeInt(8);
        assertThat(kept.readInt()).isEqualTo(7);
        other.release();
        kept.release();
        assertThat(other.refCnt()).isZero();
    }

    @Test
    void oneReleasedWriteBufferIsKept() {
        ByteBuf first = buffers.takeToWrite(OTHERS);
        ByteBuf second = buffers.takeToWrite(OTHERS);
        buffers.give(first.writeInt(7));
        buffers.give(second);
        assertThat(second.refCnt()).isZero();
        ByteBuf again = buffers.takeToWrite(OTHERS);
        assertThat(again).isSameAs(first);
        assertThat(again.isReadable()).isFalse();
        again.release();
    }

    @Test
    void releaseKeepsNoBuffer() {
        ByteBuf read = reads.allocate(OTHERS);
        ByteBuf written = buffers.takeToWrite(OTHERS);
        buffers.release();
        buffers.give(written);
        read.release();
        ByteBuf late = reads.allocate(OTHERS);
        late.release();
        assertThat(read.refCnt()).isZero();
        assertThat(written.refCnt()).isZero();
        assertThat(late.refCnt()).isZero();
    }
}
