package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Conversions between values and hexadecimal bytes. */
final class Bytes {

    private Bytes() {}

    /** Parses hexadecimal bytes, with any spaces, into a frame that starts and ends within its array. */
    static Frame hex(String digits) {
        byte[] bytes = HexFormat.of().parseHex(digits.replace(" ", ""));
        byte[] array = new byte[bytes.length + 4];
        array[0] = (byte) 0x93;
        System.arraycopy(bytes, 0, array, 2, bytes.length);
        return Frame.of(array, 2, bytes.length);
    }

    static String hex(Codec codec, @Nullable Object value) {
        FrameBuilder builder = new FrameBuilder(1 << 24);
        codec.encode(value, builder);
        return HexFormat.of().formatHex(builder.build().toByteArray());
    }
}
