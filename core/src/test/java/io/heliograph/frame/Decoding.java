package io.heliograph.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Decodes one stream in many divisions into chunks. */
final class Decoding {

    private Decoding() {}

    /** Returns the bytes of a hexadecimal string, ignoring spaces. */
    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** Returns the encoded frames, written through a buffer of {@code room} bytes. */
    static byte[] encode(Framing framing, int room, List<Frame> frames) {
        int total =
                frames.stream().mapToInt(f -> framing.encodedLength(f.length())).sum();
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

    /** Returns the frames of {@code wire}, received in chunks that end at {@code cuts}. */
    static List<Frame> decode(FrameDecoder decoder, byte[] wire, int... cuts) {
        List<Frame> frames = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i == cuts.length ? wire.length : cuts[i];
            // The chunk is a part of an array with other bytes, as in a shared buffer.
            byte[] array = new byte[to - from + 7];
            Arrays.fill(array, wire.length > 0 ? wire[0] : 0);
            System.arraycopy(wire, from, array, 3, to - from);
            decoder.read(Frame.of(array, 3, to - from), frames::add);
            from = to;
        }
        return frames;
    }

    /** Returns the frames as {@link #decode} does, with chunks that are overwritten after they were read. */
    static List<Frame> decodeInPlace(FrameDecoder decoder, byte[] wire, int... cuts) {
        List<Frame> frames = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i == cuts.length ? wire.length : cuts[i];
            ByteBuffer chunk = ByteBuffer.allocateDirect(to - from + 7).position(3);
            chunk.put(wire, from, to - from).flip().position(3);
            decoder.read(chunk, frames::add);
            assertThat(chunk.hasRemaining()).isFalse();
            for (int at = 0; at < chunk.limit(); at++) {
                chunk.put(at, (byte) 0x5a);
            }
            from = to;
        }
        return frames;
    }

    /**
     * Checks that {@code wire} decodes to {@code frames}: as a whole, in two and in three chunks at every index, and
     * byte by byte; from arrays that are retained and from buffers that are reused.
     */
    static void assertReads(Framing framing, int max, byte[] wire, List<Frame> frames) {
        assertReads(framing, max, wire, frames, "whole");
        for (int cut = 0; cut <= wire.length; cut++) {
            assertReads(framing, max, wire, frames, "cut at " + cut, cut);
            for (int second = cut; wire.length < 100 && second <= wire.length; second++) {
                String name = "cut at " + cut + " and " + second;
                assertReads(framing, max, wire, frames, name, cut, second);
            }
        }
        int[] everywhere = new int[wire.length];
        Arrays.setAll(everywhere, i -> i);
        assertReads(framing, max, wire, frames, "byte by byte", everywhere);
    }

    private static void assertReads(
            Framing framing, int max, byte[] wire, List<Frame> frames, String name, int... cuts) {
        assertThat(decode(framing.decoder(max), wire, cuts)).as(name).isEqualTo(frames);
        assertThat(decodeInPlace(framing.decoder(max), wire, cuts)).as(name).isEqualTo(frames);
    }

    static List<Frame> frames(String... texts) {
        return Arrays.stream(texts).map(text -> Frame.of(ascii(text))).toList();
    }
}
