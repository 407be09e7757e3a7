package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * MessagePack as every known reader understands it, called {@code msgpack}.
 *
 * <p><b>Writing.</b> Integers take the shortest form, non-negative ones unsigned; beyond 32 bits a float of 64 bits where that is
 * exact, as {@code tiny-msgpack} knows no others. One beyond 2<sup>53</sup> is refused: send it as a string, or ask for {@link
 * MsgpackOptions#integers64()}. Fractions are floats of 64 bits, a {@code byte[]} or {@code ByteBuffer} is {@code bin}, an
 * enum constant its name, an empty {@code Optional} nil, the keys of a map are strings. The types of {@code java.time}, {@code
 * Date} and all others are what the JSON codec makes of them. A string's surrogate without its partner becomes {@code ?}.
 *
 * <p><b>Reading.</b> All formats. Read as {@code Object}, an integer is a {@code Long}, or a {@code BigInteger} where it does not
 * fit, a float a {@code Double}, {@code bin} a {@code byte[]}, a map a {@code Map} in the order of the bytes whose keys are
 * strings (an integer key in decimal), the timestamp extension an {@code Instant}, any other an {@link Extension}. A float
 * without a fraction is read where an integer is wanted. Malformed UTF-8 is read as U+FFFD. Of a member that comes twice the last
 * counts; those that a record does not have are ignored, and those that are missing are null, zero, false or an empty {@code
 * Optional}; a null where a primitive is wanted is an error.
 *
 * <p><b>Classes.</b> Records, enums, strings, numbers, arrays, {@code List}, {@code Set} and {@code Map} are read and written
 * directly, where a record's package is open to this module or exported and none of its annotations are Jackson's. For
 * all others the value goes through the codec called {@code json}, by {@link Codec#convert}, if it is there when it is needed.
 *
 * <p><b>Limits.</b> 1000 deep unless the options say otherwise. A length that is longer than the bytes that are left is an error
 * before anything is made for it. No bytes decide which class is made of them. Errors name the type, and the place, and of the
 * content no more than a byte.
 */
public final class MsgpackCodec implements Codec {

    private final MsgpackOptions options;
    private final Shapes shapes = new Shapes();

    /** With {@link MsgpackOptions#defaults()}. */
    public MsgpackCodec() {
        this(MsgpackOptions.defaults());
    }

    public MsgpackCodec(MsgpackOptions options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "msgpack";
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        try {
            new Packer(options, shapes, target).write(value);
        } catch (CodecException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new CodecException(
                    "cannot write "
                            + (value == null ? "null" : value.getClass().getTypeName())
                            + " as MessagePack: "
                            + e,
                    e);
        }
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        try {
            Unpacker unpacker = new Unpacker(bytes, options.maxDepth());
            Object value = shapes.reading(type).read(unpacker);
            if (!options.trailingBytes()) {
                unpacker.end();
            }
            return value;
        } catch (CodecException e) {
            throw new CodecException("cannot read " + type.getTypeName() + " from MessagePack: " + e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new CodecException(
                    "cannot read "
                            + type.getTypeName()
                            + " from MessagePack: "
                            + e.getClass().getSimpleName(),
                    e);
        }
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        // Within this process nothing has to be avoided for the sake of a reader.
        new Packer(options.withIntegers64(true).withExtensions(true), shapes, builder).write(value);
        return decode(builder.build(), type);
    }
}
