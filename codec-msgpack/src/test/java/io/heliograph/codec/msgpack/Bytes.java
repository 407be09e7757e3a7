package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Values and bytes as tests write them down. */
final class Bytes {

    private Bytes() {}

    /** Bytes in hexadecimal, blanks between them as one likes; inside an array whose other bytes must not matter. */
    static Frame hex(String text) {
        byte[] bytes = HexFormat.of().parseHex(text.replace(" ", ""));
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
