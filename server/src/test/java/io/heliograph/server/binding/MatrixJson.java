package io.heliograph.server.binding;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** JSON of the matrix, with ' in place of ", and its MessagePack. */
final class MatrixJson {

    static final Codec CODEC = Codec.named("json-base64");

    private MatrixJson() {}

    static @Nullable Object value(String json) {
        return CODEC.decode(frame(json), Object.class);
    }

    static Payload payload(String json) {
        return Payload.of(CODEC, frame(json));
    }

    static Frame frame(String json) {
        return Frame.utf8(json.replace('\'', '"'));
    }

    static String of(@Nullable Object value) {
        return encoded(CODEC, value).utf8().replace('"', '\'');
    }

    static Frame encoded(Codec codec, @Nullable Object value) {
        FrameBuilder builder = new FrameBuilder(4 << 20);
        codec.encode(value, builder);
        return builder.build();
    }

    /** Returns a value of a MessagePack codec in hexadecimal. */
    static String hex(Codec codec, @Nullable Object value) {
        return HexFormat.of().formatHex(encoded(codec, value).toByteArray());
    }
}
