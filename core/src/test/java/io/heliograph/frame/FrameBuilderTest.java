package io.heliograph.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FrameBuilderTest {

    @Test
    void writtenBytesAreCollected() {
        FrameBuilder builder = new FrameBuilder(100);
        builder.write('a');
        builder.write(new byte[] {'b', 'c'});
        builder.write(new byte[] {'x', 'd', 'x'}, 1, 1);
        assertThat(builder.size()).isEqualTo(4);
        assertThat(builder.build()).isEqualTo(Frame.utf8("abcd"));
    }

    @Test
    void builtFrameStaysUnchanged() {
        FrameBuilder builder = new FrameBuilder(100);
        builder.write('a');
        Frame first = builder.build();
        builder.write('b');
        builder.reset();
        builder.write('c');
        assertThat(first).isEqualTo(Frame.utf8("a"));
        assertThat(builder.build()).isEqualTo(Frame.utf8("c"));
    }

    @Test
    void arrayGrowsUpToTheLimit() {
        FrameBuilder builder = new FrameBuilder(1_000);
        for (int i = 0; i < 1_000; i++) {
            builder.write(i);
        }
        assertThat(builder.isOverLimit()).isFalse();
        byte[] built = builder.build().toByteArray();
        assertThat(built).hasSize(1_000);
        assertThat(built[999]).isEqualTo((byte) 999);
        builder.write(0);
        assertThat(builder.isOverLimit()).isTrue();
    }

    @Test
    void bytesBeyondTheLimitAreCounted() {
        FrameBuilder builder = new FrameBuilder(10);
        byte[] large = new byte[1_000_000];
        for (int i = 0; i < 5_000; i++) {
            builder.write(large);
        }
        assertThat(builder.size()).isEqualTo(5_000_000_000L);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("frame of 5000000000 bytes (expected: at most 10)");
        builder.reset();
        builder.write('a');
        assertThat(builder.build()).isEqualTo(Frame.utf8("a"));
    }

    @Test
    void shortWriteAfterOverflowStaysOverLimit() {
        FrameBuilder builder = new FrameBuilder(10);
        builder.write(new byte[11]);
        builder.write('a');
        assertThat(builder.isOverLimit()).isTrue();
        assertThat(builder.size()).isEqualTo(12);
    }

    @Test
    void emptyFrameIsBuilt() {
        assertThat(new FrameBuilder(1).build()).isEqualTo(Frame.empty());
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> new FrameBuilder(0)).hasMessage("limit: 0 (expected: > 0)");
    }

    @Test
    void asciiAndFramesAreCollected() {
        FrameBuilder builder = new FrameBuilder(8);
        builder.writeAscii("ab");
        builder.write(Frame.utf8("xcdx").slice(1, 2));
        builder.writeAscii("");
        assertThat(builder.build()).isEqualTo(Frame.utf8("abcd"));
        builder.writeAscii("efghi");
        assertThat(builder.isOverLimit()).isTrue();
        assertThat(builder.size()).isEqualTo(9);
    }
}
