package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Values as MessagePack, as JavaScript programs with {@code msgpack-lite} 0.1.26 write and read it, called {@code min-bin}.
 *
 * <p>Values of classes that MessagePack knows nothing of, such as records, are what they are in JSON, but for bytes.
 */
final class MinBinCodec implements Codec {

    static final MinBinCodec INSTANCE = new MinBinCodec();

    static final int MAX_DEPTH = 1000;

    private final Codec json = Codec.named(JsonPackets.CODEC);

    private MinBinCodec() {}

    @Override
    public String name() {
        return "min-bin";
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        new MsgpackWriter(target, json).write(value, 0);
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        return typed(MsgpackReader.value(bytes, MAX_DEPTH), type);
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        encode(value, builder);
        return decode(builder.build(), type);
    }

    private @Nullable Object typed(@Nullable Object value, Type type) throws CodecException {
        return type instanceof Class<?> wanted && wanted.isInstance(value) ? value : json.convert(value, type);
    }
}
