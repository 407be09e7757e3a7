package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class BufferLeakExtensionTest {

    @Test
    void leakedBufferFailsTheClass() throws InterruptedException {
        BufferLeaks.take();
        forgetBuffer();
        assertThatThrownBy(BufferLeakExtension::failOnLeaks)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 buffers leaked")
                .hasMessageContaining("forgetBuffer");
    }

    @SuppressWarnings("CheckReturnValue")
    private static void forgetBuffer() {
        ByteBufAllocator.DEFAULT.directBuffer(64).writeInt(1);
    }

    @Test
    void releasedBufferPasses() throws InterruptedException {
        BufferLeaks.take();
        ByteBufAllocator.DEFAULT.directBuffer(64).release();
        assertThatNoException().isThrownBy(BufferLeakExtension::failOnLeaks);
    }
}
