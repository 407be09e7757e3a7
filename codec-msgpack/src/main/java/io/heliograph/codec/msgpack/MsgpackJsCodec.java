package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * MessagePack with the types of JavaScript, as {@code msgpack-lite} 0.1.26 writes and reads it. Its name is {@code msgpack-js}.
 *
 * <p><b>Writing.</b> JavaScript has one type of number: a number that equals an {@code int} is an integer in its shortest form, every
 * other number a float of 64 bits, without regard to its Java type and with the loss of digits that a {@code double} implies. Binary of
 * 255 bytes has the format {@code bin 16}. No extensions are written. Records, beans and all other types are converted by the codec
 * {@code json-base64}, and their binary is written as {@code bin}.
 *
 * <p><b>Reading.</b> All formats. A float without a fraction is a {@code Long} up to 2<sup>53</sup>. An extension, the timestamp
 * included, is a {@code Map} of {@code type} and {@code buffer}. A map key may also be nil, a boolean or binary, and becomes the string that
 * JavaScript makes of it.
 *
 * <p><b>Limits.</b> Maximum nesting is 1000 levels. Lengths are checked before anything is allocated.
 *
 * <p>Thread-safe.
 */
public final class MsgpackJsCodec implements Codec {

    private final MsgpackCodec codec = new MsgpackCodec(MsgpackOptions.defaults(), Dialect.JAVASCRIPT);

    @Override
    public String name() {
        return codec.name();
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        codec.encode(value, target);
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        return codec.decode(bytes, type);
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        return codec.convert(value, type);
    }
}
