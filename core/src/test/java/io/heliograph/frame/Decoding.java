package io.heliograph.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Feeds a decoder with the same stream, cut in different ways. */
final class Decoding {

    private Decoding() {}

    /** Bytes written as hex, with spaces as one likes. */
    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** What a framing makes of frames, written through a buffer of {@code room} bytes. */
    static byte[] encode(Framing framing, int room, List<Frame> frames) {
        int total = frames.stream().mapToInt(f -> framing.encodedLength(f.length())).sum();
        ByteBuffer wire = ByteBuffer.allocate(total);
        for (Frame frame : frames) {
            int position = 0;
            while (position < framing.encodedLength(frame.length())) {
                ByteBuffer part = ByteBuffer.allocate(room);
                int next = framing.write(frame, position, part);
                assertThat(next - position).isEqualTo(part.position()).isPositive();
                position = next;
                wire.put(part.flip());
            }
        }
        assertThat(wire.hasRemaining()).isFalse();
        return wire.array();
    }

    /** The frames of {@code wire}, which arrives in chunks that end at {@code cuts}. */
    static List<Frame> decode(FrameDecoder decoder, byte[] wire, int... cuts) {
        List<Frame> frames = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i == cuts.length ? wire.length : cuts[i];
            // With other bytes around it, as in a buffer that is shared.
            byte[] array = new byte[to - from + 7];
            Arrays.fill(array, wire.length > 0 ? wire[0] : 0);
            System.arraycopy(wire, from, array, 3, to - from);
            decoder.read(Frame.of(array, 3, to - from), frames::add);
            from = to;
        }
        return frames;
    }

    /** Checks that {@code wire} is read as {@code frames}: whole, cut in two and in three anywhere, and byte by byte. */
    static void assertReads(Framing framing, int max, byte[] wire, List<Frame> frames) {
        assertThat(decode(framing.decoder(max), wire)).as("whole").isEqualTo(frames);
        for (int cut = 0; cut <= wire.length; cut++) {
            assertThat(decode(framing.decoder(max), wire, cut))
                    .as("cut at %s", cut)
                    .isEqualTo(frames);
            for (int second = cut; wire.length < 100 && second <= wire.length; second++) {
                assertThat(decode(framing.decoder(max), wire, cut, second))
                        .as("cut at %s and %s", cut, second)
                        .isEqualTo(frames);
            }
        }
        int[] everywhere = new int[wire.length];
        Arrays.setAll(everywhere, i -> i);
        assertThat(decode(framing.decoder(max), wire, everywhere))
                .as("byte by byte")
                .isEqualTo(frames);
    }

    static List<Frame> frames(String... texts) {
        return Arrays.stream(texts).map(text -> Frame.of(ascii(text))).toList();
    }
}
