package io.heliograph.frame;

import static io.heliograph.frame.Decoding.assertReads;
import static io.heliograph.frame.Decoding.decode;
import static io.heliograph.frame.Decoding.encode;
import static io.heliograph.frame.Decoding.frames;
import static io.heliograph.frame.Decoding.hex;
import static io.heliograph.frame.LengthPrefix.FOUR_BYTES;
import static io.heliograph.frame.LengthPrefix.ONE_OR_FIVE_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthPrefixTest {

    private static final int MAX = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 100})
    void fourByteLengthPrecedesFrame(int room) {
        assertThat(encode(FOUR_BYTES, room, frames("hello", "", "x")))
                .isEqualTo(hex("00000005 68656c6c6f  00000000  00000001 78"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void prefixHasOneByteOrFive(int room) {
        assertThat(encode(ONE_OR_FIVE_BYTES, room, frames("hello", ""))).isEqualTo(hex("05 68656c6c6f  00"));
        assertThat(encode(ONE_OR_FIVE_BYTES, room, frames("a".repeat(254)))).startsWith(hex("fe 61"));
        assertThat(encode(ONE_OR_FIVE_BYTES, room, frames("a".repeat(255)))).startsWith(hex("ff 000000ff 61"));
        assertThat(encode(ONE_OR_FIVE_BYTES, room, frames("a".repeat(66_051)))).startsWith(hex("ff 00010203 61"));
    }

    @Test
    void framesAreReadAcrossChunks() {
        assertReads(FOUR_BYTES, MAX, hex("00000005 68656c6c6f  00000000  00000001 78"), frames("hello", "", "x"));
        assertReads(ONE_OR_FIVE_BYTES, MAX, hex("05 68656c6c6f  00  01 78"), frames("hello", "", "x"));
    }

    @ParameterizedTest
    @EnumSource
    void framesAtTheShortFormLimitAreRead(LengthPrefix framing) {
        List<Frame> frames = frames("", "a", "b".repeat(253), "c".repeat(254), "d".repeat(255), "e".repeat(256));
        assertReads(framing, MAX, encode(framing, 7, frames), frames);
    }

    @Test
    void longFormIsAcceptedForShortFrames() {
        assertReads(ONE_OR_FIVE_BYTES, MAX, hex("ff 00000002 6869  ff 00000000  01 78"), frames("hi", "", "x"));
    }

    @ParameterizedTest
    @EnumSource
    void frameAtTheLimitIsAcceptedAndLongerRejected(LengthPrefix framing) {
        List<Frame> fits = frames("a".repeat(300));
        assertReads(framing, 300, encode(framing, 1000, fits), fits);
        byte[] tooLong = encode(framing, 1000, frames("x", "a".repeat(301)));
        for (int cut = 0; cut <= tooLong.length; cut++) {
            int at = cut;
            assertThatThrownBy(() -> decode(framing.decoder(300), tooLong, at))
                    .isInstanceOfSatisfying(
                            FrameTooLongException.class,
                            failure -> assertThat(failure.limit()).isEqualTo(300))
                    .hasMessage("frame of 301 bytes (expected: at most 300)");
        }
    }

    @Test
    void tooLongFrameIsRejectedByItsPrefix() {
        FrameDecoder decoder = FOUR_BYTES.decoder(10);
        List<Frame> frames = new ArrayList<>();
        assertThatThrownBy(() -> decoder.read(Frame.of(hex("00000001 61 0000000b")), frames::add))
                .isInstanceOf(FrameTooLongException.class);
        assertThat(frames).isEqualTo(frames("a"));
    }

    @Test
    void lengthIsUnsigned() {
        assertThatThrownBy(() -> decode(FOUR_BYTES.decoder(Integer.MAX_VALUE), hex("ffffffff")))
                .hasMessage("frame of 4294967295 bytes (expected: at most 2147483647)");
        assertThatThrownBy(() -> decode(ONE_OR_FIVE_BYTES.decoder(Integer.MAX_VALUE), hex("ff 80000000")))
                .hasMessage("frame of 2147483648 bytes (expected: at most 2147483647)");
    }

    @Test
    void falseLengthAllocatesNothing() {
        FrameDecoder decoder = FOUR_BYTES.decoder(Integer.MAX_VALUE);
        // The prefix states two gigabytes; a few bytes follow.
        decode(decoder, hex("7fffffff 61 62"));
        assertThat(decoder.buffered()).isEqualTo(2);
    }

    @Test
    void tooLongFrameHasHead() {
        assertThatThrownBy(() -> decode(FOUR_BYTES.decoder(2), hex("00000004 61 62 63")))
                .isInstanceOfSatisfying(
                        FrameTooLongException.class,
                        failure -> assertThat(failure.head()).isEqualTo(Frame.utf8("abc")));
        assertThatThrownBy(() -> decode(FOUR_BYTES.decoder(2), hex("00000003 61 62 63 64 65")))
                .isInstanceOfSatisfying(
                        FrameTooLongException.class,
                        failure -> assertThat(failure.head()).isEqualTo(Frame.utf8("abc")));
    }

    @Test
    void framesInOneChunkAreNotCopied() {
        byte[] chunk = hex("02 6869 02 686f");
        List<Frame> frames = new ArrayList<>();
        ONE_OR_FIVE_BYTES.decoder(MAX).read(Frame.of(chunk), frames::add);
        assertThat(frames).allSatisfy(frame -> assertThat(frame.array()).isSameAs(chunk));
        assertThat(frames).isEqualTo(frames("hi", "ho"));
    }

    @Test
    void sinkReturningFalseStopsTheChunk() {
        List<Frame> frames = new ArrayList<>();
        ONE_OR_FIVE_BYTES.decoder(MAX).read(Frame.of(hex("01 61 01 62")), frame -> {
            frames.add(frame);
            return false;
        });
        assertThat(frames).isEqualTo(frames("a"));
    }

    @Test
    void collectedFrameIsCopiedOnlyWhenItGrows() {
        FrameDecoder decoder = FOUR_BYTES.decoder(MAX);
        List<Frame> frames = new ArrayList<>();
        decoder.read(Frame.of(hex("000f4240")), frames::add);
        byte[] piece = new byte[10];
        Arrays.fill(piece, (byte) 'a');
        for (int i = 0; i < 100_000; i++) {
            decoder.read(Frame.of(piece), frames::add);
        }
        assertThat(frames).hasSize(1);
        assertThat(frames.getFirst().length()).isEqualTo(1_000_000);
        assertThat(frames.getFirst().array()).hasSize(1_000_000);
    }

    /** Receives the frames of one length in parts, and the other frames as a whole. */
    private static final class Parts implements FrameDecoder.Sink {

        private final int wanted;
        private final StringBuilder seen = new StringBuilder();
        private int come;

        Parts(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean frame(Frame frame) {
            seen.append(frame.utf8()).append('.');
            return true;
        }

        @Override
        public boolean part(ByteBuffer chunk, int size, int length) {
            if (length != wanted) {
                return false;
            }
            for (int i = 0; i < size; i++) {
                seen.append((char) chunk.get());
            }
            come += size;
            if (come == length) {
                seen.append('!');
                come = 0;
            }
            return true;
        }
    }

    @Test
    void sinkReadsFramesInPartsAcrossChunks() {
        byte[] wire = hex("03 616263  00  02 6465  03 666768  ff00000003 696a6b  01 6c");
        for (int first = 0; first <= wire.length; first++) {
            for (int second = first; second <= wire.length; second++) {
                FrameDecoder decoder = ONE_OR_FIVE_BYTES.decoder(MAX);
                Parts sink = new Parts(3);
                decoder.read(ByteBuffer.wrap(wire, 0, first), sink);
                decoder.read(ByteBuffer.wrap(wire, first, second - first), sink);
                decoder.read(ByteBuffer.wrap(wire, second, wire.length - second), sink);
                assertThat(sink.seen).as("cut at %s and %s", first, second).hasToString("abc!.de.fgh!ijk!l.");
                assertThat(decoder.isInFrame()).isFalse();
            }
        }
    }

    @Test
    void streamedPartsCountAsBuffered() {
        FrameDecoder decoder = ONE_OR_FIVE_BYTES.decoder(MAX);
        decoder.read(ByteBuffer.wrap(hex("03 6162")), new Parts(3));
        assertThat(decoder.buffered()).isEqualTo(2);
        assertThat(decoder.isInFrame()).isTrue();
    }
}
