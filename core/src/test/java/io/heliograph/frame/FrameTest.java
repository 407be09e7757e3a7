package io.heliograph.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class FrameTest {

    private final byte[] array = {1, 2, 3, 4, 5};

    @Test
    void frameIsViewOfArrayPart() {
        Frame frame = Frame.of(array, 1, 3);
        assertThat(frame.length()).isEqualTo(3);
        assertThat(frame.offset()).isEqualTo(1);
        assertThat(frame.array()).isSameAs(array);
        assertThat(frame.at(0)).isEqualTo((byte) 2);
        assertThat(frame.at(2)).isEqualTo((byte) 4);
        assertThat(frame.toByteArray()).containsExactly(2, 3, 4);
    }

    @Test
    void slicesShareTheArray() {
        Frame slice = Frame.of(array, 1, 4).slice(1, 2);
        assertThat(slice.array()).isSameAs(array);
        assertThat(slice.toByteArray()).containsExactly(3, 4);
        assertThat(Frame.of(array).slice(5, 0).length()).isZero();
    }

    @Test
    void framesWithEqualBytesAreEqual() {
        assertThat(Frame.of(array, 1, 2))
                .isEqualTo(Frame.of(new byte[] {2, 3}))
                .hasSameHashCodeAs(Frame.of(new byte[] {2, 3}))
                .isNotEqualTo(Frame.of(new byte[] {2, 3, 4}))
                .isNotEqualTo(Frame.of(new byte[] {3, 2}));
    }

    @Test
    void bufferIsReadOnlyAndContainsFrameOnly() {
        ByteBuffer buffer = Frame.of(array, 1, 3).buffer();
        assertThat(buffer.position()).isZero();
        assertThat(buffer.remaining()).isEqualTo(3);
        assertThat(buffer.capacity()).isEqualTo(3);
        assertThatThrownBy(() -> buffer.put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void textIsUtf8() {
        assertThat(Frame.utf8("a€").toByteArray()).containsExactly('a', (byte) 0xe2, (byte) 0x82, (byte) 0xac);
        assertThat(Frame.utf8("a€").utf8()).isEqualTo("a€");
        assertThat(Frame.of(new byte[] {'a', (byte) 0xff}).utf8()).isEqualTo("a\ufffd");
    }

    @Test
    void toStringOmitsContent() {
        assertThat(Frame.utf8("secret")).hasToString("Frame[6 bytes]");
        assertThat(Frame.empty()).hasToString("Frame[0 bytes]");
    }

    @Test
    void boundsAreChecked() {
        assertThatThrownBy(() -> Frame.of(array, 3, 3))
                .hasMessage("offset 3 and length 3 (expected: inside an array of 5)");
        assertThatThrownBy(() -> Frame.of(array, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Frame.of(array, 1, Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Frame.of(array, 0, 3).slice(1, 3))
                .hasMessage("from 1 and length 3 (expected: inside a frame of 3 bytes)");
        assertThatThrownBy(() -> Frame.of(array, 0, 3).slice(1, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Frame.of(array, 1, 2).at(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Frame.of(array, 1, 2).at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
