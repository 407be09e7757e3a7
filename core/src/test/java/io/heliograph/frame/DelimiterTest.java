package io.heliograph.frame;

import static io.heliograph.frame.Decoding.ascii;
import static io.heliograph.frame.Decoding.assertReads;
import static io.heliograph.frame.Decoding.decode;
import static io.heliograph.frame.Decoding.encode;
import static io.heliograph.frame.Decoding.frames;
import static io.heliograph.frame.Decoding.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimiterTest {

    private static final Delimiter NULS = Delimiter.of(0, 0);
    private static final int MAX = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void delimiterFollowsEachFrame(int capacity) {
        assertThat(encode(NULS, capacity, frames("hi", "ho", ""))).isEqualTo(hex("68 69 00 00  68 6f 00 00  00 00"));
        assertThat(NULS.encodedLength(2)).isEqualTo(4);
    }

    @Test
    void framesAreReadAcrossChunks() {
        assertReads(NULS, MAX, hex("68 69 00 00  00 00  68 6f 00 00"), frames("hi", "", "ho"));
    }

    @Test
    void singleNulIsPartOfFrame() {
        assertReads(NULS, MAX, hex("00 61 00 62 00 63 00 00  64 00 00"), frames("\0a\0b\0c", "d"));
    }

    @Test
    void firstTwoOfThreeNulsAreTheDelimiter() {
        assertReads(NULS, MAX, hex("61 00 00 00 62 00 00"), frames("a", "\0b"));
        assertReads(NULS, MAX, hex("61 00 00 00 00 62 00 00"), frames("a", "", "b"));
        assertReads(NULS, MAX, hex("00 00 00 00 00 62 00 00"), frames("", "", "\0b"));
    }

    @Test
    void partialDelimiterIsPartOfFrame() {
        assertReads(Framing.delimiter('a', 'a', 'b'), MAX, ascii("aaaab" + "xaaxab"), frames("aa"));
        assertReads(
                Framing.delimiter('a', 'b', 'a', 'c'),
                MAX,
                ascii("ababac" + "abac" + "aabacab"),
                frames("ab", "", "a"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void delimitersOfEveryLengthAreFound(int length) {
        int[] bytes = new int[length];
        Arrays.setAll(bytes, i -> 0x80 + i);
        Framing framing = Framing.delimiter(bytes);
        List<Frame> frames = frames("", "a", "a longer one than a word of eight bytes", "b");
        byte[] wire = encode(framing, 5, frames);
        assertReads(framing, MAX, wire, frames);
    }

    @Test
    void randomStreamsMatchReferenceDecoder() {
        Random random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            int[] bytes = new int[1 + random.nextInt(8)];
            Arrays.setAll(bytes, i -> random.nextInt(2));
            byte[] wire = new byte[random.nextInt(60)];
            for (int i = 0; i < wire.length; i++) {
                wire[i] = (byte) random.nextInt(2);
            }
            int[] cuts =
                    random.ints(random.nextInt(6), 0, wire.length + 1).sorted().toArray();
            assertThat(decode(Framing.delimiter(bytes).decoder(MAX), wire, cuts))
                    .as("%s in %s cut at %s", bytes, wire, cuts)
                    .isEqualTo(simple(bytes, wire));
        }
    }

    private static List<Frame> simple(int[] delimiter, byte[] wire) {
        List<Frame> frames = new ArrayList<>();
        int start = 0;
        int at = 0;
        while (at + delimiter.length <= wire.length) {
            boolean found = true;
            for (int i = 0; i < delimiter.length; i++) {
                found &= (wire[at + i] & 0xff) == delimiter[i];
            }
            if (found) {
                frames.add(Frame.of(wire, start, at - start));
                at += delimiter.length;
                start = at;
            } else {
                at++;
            }
        }
        return frames;
    }

    @Test
    void framesInOneChunkAreNotCopied() {
        byte[] chunk = hex("68 69 00 00 68 6f 00 00");
        List<Frame> frames = new ArrayList<>();
        NULS.decoder(MAX).read(Frame.of(chunk), frames::add);
        assertThat(frames).allSatisfy(frame -> assertThat(frame.array()).isSameAs(chunk));
    }

    @Test
    void earlierFramesStayUnchanged() {
        FrameDecoder decoder = NULS.decoder(MAX);
        List<Frame> frames = new ArrayList<>();
        for (String piece : List.of("61 62", "63 00 00 64", "65 00", "00 66 00", "00")) {
            decoder.read(Frame.of(hex(piece)), frames::add);
        }
        assertThat(frames).isEqualTo(frames("abc", "de", "f"));
    }

    @Test
    void sinkReturningFalseStopsTheChunk() {
        for (String piece : List.of("61 00 00 62 00 00", "00 62 00 00 63 00 00")) {
            FrameDecoder decoder = NULS.decoder(MAX);
            if (piece.startsWith("00")) {
                decoder.read(Frame.of(hex("61 00")), frame -> true);
            }
            List<Frame> frames = new ArrayList<>();
            decoder.read(Frame.of(hex(piece)), frame -> {
                frames.add(frame);
                return false;
            });
            assertThat(frames).isEqualTo(frames("a"));
        }
    }

    @Test
    void frameAtTheLimitIsAcceptedAndLongerRejected() {
        byte[] fits = hex("61 62 63 64 65 00 00");
        assertReads(NULS, 5, fits, frames("abcde"));
        byte[] tooLong = hex("78 00 00  61 62 63 64 65 66 00 00");
        for (int cut = 0; cut <= tooLong.length; cut++) {
            int at = cut;
            FrameDecoder decoder = NULS.decoder(5);
            assertThatThrownBy(() -> decode(decoder, tooLong, at))
                    .as("cut at %s", cut)
                    .isInstanceOfSatisfying(
                            FrameTooLongException.class,
                            failure -> assertThat(failure.limit()).isEqualTo(5))
                    .hasMessage("frame of at least 6 bytes (expected: at most 5)");
        }
    }

    @Test
    void tooLongFrameWithLongDelimiterIsRejectedAtEveryCut() {
        Framing framing = Framing.delimiter(1, 2, 3, 4);
        byte[] tooLong = hex("61 62 63 64 65 66  01 02 03 04");
        for (int cut = 0; cut <= tooLong.length; cut++) {
            int at = cut;
            FrameDecoder decoder = framing.decoder(5);
            assertThatThrownBy(() -> decode(decoder, tooLong, at))
                    .as("cut at %s", cut)
                    .isInstanceOf(FrameTooLongException.class);
        }
        byte[] fits = hex("61 62 63 64 65  01 02 03 04");
        assertReads(framing, 5, fits, frames("abcde"));
    }

    @Test
    void framesBeforeTooLongFrameAreDelivered() {
        List<Frame> frames = new ArrayList<>();
        FrameDecoder decoder = NULS.decoder(2);
        assertThatThrownBy(() -> decoder.read(Frame.of(hex("61 00 00 62 00 00 63 64 65 66 67")), frames::add))
                .isInstanceOf(FrameTooLongException.class);
        assertThat(frames).isEqualTo(frames("a", "b"));
    }

    @Test
    void dataWithoutDelimiterIsRejectedAtTheLimit() {
        FrameDecoder decoder = NULS.decoder(10_000);
        byte[] chunk = new byte[1_000];
        Arrays.fill(chunk, (byte) 'a');
        for (int i = 0; i < 10; i++) {
            decoder.read(Frame.of(chunk), frame -> false);
            assertThat(decoder.buffered()).isEqualTo((i + 1) * 1_000);
        }
        assertThatThrownBy(() -> decoder.read(Frame.of(chunk), frame -> false))
                .isInstanceOf(FrameTooLongException.class)
                .hasMessage("frame of at least 10999 bytes (expected: at most 10000)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 5_000})
    void tooLongFrameHasHeadOfOneKilobyte(int firstChunk) {
        byte[] wire = new byte[6_000];
        for (int i = 0; i < wire.length; i++) {
            wire[i] = (byte) ('a' + i % 26);
        }
        FrameDecoder decoder = NULS.decoder(5_100);
        assertThatThrownBy(() -> decode(decoder, wire, firstChunk))
                .isInstanceOfSatisfying(
                        FrameTooLongException.class,
                        failure -> assertThat(failure.head()).isEqualTo(Frame.of(wire, 0, 1024)));
    }

    @Test
    void headOfShortFrameExcludesNextFrame() {
        FrameDecoder decoder = NULS.decoder(2);
        assertThatThrownBy(() -> decode(decoder, hex("61 62 63 00 00 78 79 00 00")))
                .isInstanceOfSatisfying(
                        FrameTooLongException.class,
                        failure -> assertThat(failure.head()).isEqualTo(Frame.utf8("abc")));
    }

    @Test
    void unfinishedFrameIsCopiedOnlyWhenItDoubles() {
        DelimiterDecoder decoder = new DelimiterDecoder(NULS, MAX);
        int size = 500_000;
        int copies = 0;
        int capacity = decoder.allocated();
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            decoder.read(Frame.of(new byte[] {(byte) (i % 2)}), frames::add);
            copies += decoder.allocated() == capacity ? 0 : 1;
            capacity = decoder.allocated();
        }
        assertThat(copies).isLessThanOrEqualTo(8);
        decoder.read(Frame.of(new byte[] {0, 0}), frames::add);
        assertThat(frames).hasSize(1);
        assertThat(frames.getFirst().length()).isEqualTo(size);
        assertThat(decoder.buffered()).isZero();
        assertThat(decoder.allocated()).isZero();
    }

    @Test
    void memoryIsAtMostTwiceTheFrame() {
        FrameDecoder decoder = NULS.decoder(MAX);
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            decoder.read(Frame.of(ascii("0123456789".repeat(10))), frames::add);
        }
        decoder.read(Frame.of(new byte[] {0, 0}), frames::add);
        assertThat(frames.getFirst().array().length).isLessThanOrEqualTo(2 * 100_002);
    }

    @Test
    void delimiterHasOneToEightBytes() {
        assertThatThrownBy(() -> Framing.delimiter()).hasMessage("delimiter of 0 bytes (expected: 1 to 8)");
        assertThatThrownBy(() -> Framing.delimiter(1, 2, 3, 4, 5, 6, 7, 8, 9))
                .hasMessage("delimiter of 9 bytes (expected: 1 to 8)");
        assertThatThrownBy(() -> Framing.delimiter(256)).hasMessage("byte: 256 (expected: 0 to 255)");
        assertThatThrownBy(() -> NULS.decoder(0)).hasMessage("maxFrameBytes: 0 (expected: > 0)");
        assertThat(NULS).hasToString("Delimiter[00 00]");
    }
}
