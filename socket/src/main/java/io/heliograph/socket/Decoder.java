package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What listeners get of the messages of one endpoint. Immutable. */
final class Views {

    private static final String IMAGE_CLASS = "java.awt.image.BufferedImage";

    private final DataType type;
    private final boolean framed;
    private final boolean batches;
    private final long maxImagePixels;
    private final @Nullable Codec json;

    Views(SocketOptions<?> options, @Nullable Codec json) {
        this.type = options.receiveType;
        this.framed = !options.rawBytes;
        this.batches = framed || options.emitBatchDataAsAvailable;
        this.maxImagePixels = options.maxImagePixels;
        this.json = json;
    }

    /**
     * Gives {@code target} the values of a message.
     *
     * @throws io.heliograph.HeliographException if it has none, before {@code target} got any
     */
    void each(Delivery message, Consumer<@Nullable Object> target) {
        if (!type.isNumeric()) {
            target.accept(value(message));
            return;
        }
        double[] doubles = message.doubles();
        if (doubles != null) {
            if (doubles.length > 1) {
                target.accept(message.own(doubles));
            } else {
                target.accept(doubles[0]);
            }
            return;
        }
        NumberReader numbers = new NumberReader(type);
        if (batches && numbers.count(message.bytes()) > 1) {
            target.accept(numbers.array(message.bytes()));
        } else {
            numbers.each(message.bytes(), target);
        }
    }

    private @Nullable Object value(Delivery message) {
        return switch (type) {
            case STRING -> message.text();
            case JSON -> decode(message.bytes(), TypeRef.of(Object.class));
            default -> framed ? image(message.bytes()) : message.bytes().toByteArray();
        };
    }

    private Object image(Frame bytes) {
        return ImageFiles.read(bytes, maxImagePixels);
    }

    private <T> @Nullable T decode(Frame bytes, TypeRef<T> wanted) {
        if (json == null) {
            throw new IllegalStateException("no codec");
        }
        @SuppressWarnings("unchecked") // what the codec promises
        @Nullable
        T value = (T) json.decode(bytes, wanted.type());
        return value;
    }

    /**
     * How to make a {@code T} of a message.
     *
     * @throws IllegalArgumentException if that cannot be for any message
     */
    @SuppressWarnings("unchecked") // each kind of message has been asked for its class
    <T> Function<Delivery, @Nullable T> as(TypeRef<T> wanted) {
        Function<Delivery, ? extends @Nullable Object> view = null;
        if (type.isNumeric()) {
            Function<Frame, Object> reader =
                    wanted.type() instanceof Class<?> array ? new NumberReader(type).into(array) : null;
            view = reader == null ? null : message -> numbers(message, reader);
        } else if (type == DataType.STRING) {
            view = wanted.type() == String.class ? Delivery::text : null;
        } else if (type == DataType.JSON) {
            view = message -> decode(message.bytes(), wanted);
        } else if (wanted.type() == byte[].class) {
            view = message -> message.bytes().toByteArray();
        } else if (framed && wanted.type().getTypeName().equals(IMAGE_CLASS)) {
            view = message -> image(message.bytes());
        }
        if (view == null) {
            throw new IllegalArgumentException("type: "
                    + wanted
                    + " (expected: one that holds every "
                    + type.typeName()
                    + ", which is what this socket receives)");
        }
        return (Function<Delivery, @Nullable T>) view;
    }

    private static Object numbers(Delivery message, Function<Frame, Object> reader) {
        double[] doubles = message.doubles();
        return doubles == null ? reader.apply(message.bytes()) : message.own(doubles);
    }

    /** What to tell of a message that holds no value, naming the type. */
    HeliographException problem(HeliographException failure) {
        return failure instanceof CodecException
                ? new ProtocolViolationException(
                        "Received corrupted " + type.typeName().toUpperCase(Locale.ROOT) + ": " + failure.getMessage(),
                        failure)
                : failure;
    }
}
