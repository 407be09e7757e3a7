package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * MessagePack that every known reader understands. Its name is {@code msgpack}.
 *
 * <p><b>Writing.</b> Integers have their shortest form, non-negative integers an unsigned form. An integer beyond 32 bits is a float of 64
 * bits where that is exact, because {@code tiny-msgpack} reads no other form. An integer beyond 2<sup>53</sup> is rejected: send a string, or
 * select {@link MsgpackOptions#integers64()}. Fractions are floats of 64 bits. A {@code byte[]} or {@code ByteBuffer} is {@code bin}, an enum
 * constant its name, an empty {@code Optional} nil. Map keys are strings. The types of {@code java.time}, {@code Date} and all other types are
 * written as the JSON codec converts them. An unpaired surrogate in a string becomes {@code ?}.
 *
 * <p><b>Reading.</b> All formats. Read as {@code Object}, an integer is a {@code Long}, or a {@code BigInteger} beyond 64 signed bits; a float
 * is a {@code Double}, {@code bin} a {@code byte[]}, a map a {@code Map} in the order of the bytes with string keys (an integer key in
 * decimal), the timestamp extension an {@code Instant}, any other extension an {@link Extension}. A float without a fraction is accepted as an
 * integer. Malformed UTF-8 becomes U+FFFD. The last of duplicate members counts. A record ignores unknown members; a missing member is null,
 * zero, false or an empty {@code Optional}. Null for a primitive is an error.
 *
 * <p><b>Types.</b> Records, enums, strings, numbers, arrays, {@code List}, {@code Set} and {@code Map} are read and written directly, provided
 * that a record's package is open to this module or exported and that no Jackson annotation is present. All other types are converted by the
 * codec {@code json} ({@link Codec#convert}), which is looked up at first use.
 *
 * <p><b>Limits.</b> Maximum nesting is 1000 levels unless the options set another. Lengths are checked against the remaining bytes before
 * anything is allocated. The bytes never select a class. An error names the type and the byte offset, and shows at most one byte of content.
 *
 * <p>Thread-safe.
 */
public final class MsgpackCodec implements Codec {

    private final MsgpackOptions options;
    private final Dialect dialect;
    private final TypeReaders readers;

    /** Creates a codec with {@link MsgpackOptions#defaults()}. */
    public MsgpackCodec() {
        this(MsgpackOptions.defaults());
    }

    public MsgpackCodec(MsgpackOptions options) {
        this(options, Dialect.JAVA);
    }

    MsgpackCodec(MsgpackOptions options, Dialect dialect) {
        this.options = options;
        this.dialect = dialect;
        this.readers = new TypeReaders(dialect);
    }

    @Override
    public String name() {
        return dialect.codecName;
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        encode(value, options, target);
    }

    private void encode(@Nullable Object value, MsgpackOptions options, FrameBuilder target) {
        try {
            new Packer(options, dialect, readers, target).write(value);
        } catch (CodecException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            String type = value == null ? "null" : value.getClass().getTypeName();
            throw new CodecException("cannot write " + type + " as MessagePack: " + e, e);
        }
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        try {
            Unpacker unpacker = new Unpacker(bytes, options.maxDepth(), dialect);
            Object value = readers.reader(type).read(unpacker);
            if (!options.trailingBytes()) {
                unpacker.end();
            }
            return value;
        } catch (CodecException e) {
            throw new CodecException("cannot read " + type.getTypeName() + " from MessagePack: " + e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError e) {
            String problem = e.getClass().getSimpleName();
            throw new CodecException("cannot read " + type.getTypeName() + " from MessagePack: " + problem, e);
        }
    }

    /** {@inheritDoc} A value that JSON cannot express, such as NaN or an extension, is rejected with its path. */
    @Override
    public void transcode(Frame bytes, Codec target, FrameBuilder builder) {
        Object value = decode(bytes, Object.class);
        if (target.format().equals("json")) {
            checkExpressible(value, "$");
        }
        target.encode(value, builder);
    }

    private static void checkExpressible(@Nullable Object value, String path) {
        switch (value) {
            case Map<?, ?> members -> members.forEach((name, member) -> checkExpressible(member, path + "." + name));
            case List<?> elements -> {
                for (int i = 0; i < elements.size(); i++) {
                    checkExpressible(elements.get(i), path + "[" + i + "]");
                }
            }
            case Double number -> {
                if (number.isNaN() || number.isInfinite()) {
                    throw new CodecException(path + ": " + number + " (expected: a number that JSON has)", null);
                }
            }
            case Extension extension ->
                throw new CodecException(
                        path + ": an extension of type " + extension.type() + " (expected: a value that JSON has)",
                        null);
            case null, default -> {}
        }
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        // The bytes stay in this process, so that every form can be used.
        encode(value, options.withIntegers64(true).withExtensions(true), builder);
        return decode(builder.build(), type);
    }
}
