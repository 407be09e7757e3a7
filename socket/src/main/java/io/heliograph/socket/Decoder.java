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

/** Decodes the messages of one endpoint into the values that its listeners receive. Immutable. */
final class Decoder {

    private static final String IMAGE_CLASS = "java.awt.image.BufferedImage";

    private final DataType type;
    private final boolean framed;
    private final boolean batches;
    private final long maxImagePixels;
    private final @Nullable Codec json;

    Decoder(SocketOptions options, @Nullable Codec json) {
        this.type = options.receiveType();
        this.framed = options.framed();
        this.batches = framed || options.batches();
        this.maxImagePixels = options.maxImagePixels();
        this.json = json;
    }

    /**
     * Passes the values of a message to {@code target}.
     *
     * @throws io.heliograph.HeliographException if the message is malformed; {@code target} is not called then
     */
    void each(ReceivedMessage message, Consumer<@Nullable Object> target) {
        if (!type.isNumeric()) {
            target.accept(value(message));
            return;
        }
        double[] doubles = message.doubles();
        if (doubles != null) {
            if (doubles.length > 1) {
                target.accept(message.owned(doubles));
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

    private @Nullable Object value(ReceivedMessage message) {
        return switch (type) {
            case STRING -> message.string();
            case JSON -> decode(message.bytes(), TypeRef.of(Object.class));
            default -> framed ? image(message.bytes()) : message.bytes().toByteArray();
        };
    }

    private Object image(Frame bytes) {
        return ImageFiles.read(bytes, maxImagePixels);
    }

    private <T> @Nullable T decode(Frame bytes, TypeRef<T> wanted) {
        @SuppressWarnings("unchecked") // guaranteed by the codec
        @Nullable
        T value = (T) json().decode(bytes, wanted.type());
        return value;
    }

    /**
     * Returns a function that decodes a message as a {@code T}.
     *
     * @throws IllegalArgumentException if {@code T} cannot hold every value of the receive type
     */
    @SuppressWarnings("unchecked") // each branch has checked the class
    <T> Function<ReceivedMessage, @Nullable T> as(TypeRef<T> wanted) {
        Function<ReceivedMessage, ? extends @Nullable Object> decoder = null;
        if (type.isNumeric()) {
            Function<Frame, Object> reader =
                    wanted.type() instanceof Class<?> array ? new NumberReader(type).into(array) : null;
            decoder = reader == null ? null : message -> numbers(message, reader);
        } else if (type == DataType.STRING) {
            decoder = wanted.type() == String.class ? ReceivedMessage::string : null;
        } else if (type == DataType.JSON) {
            decoder = message -> decode(message.bytes(), wanted);
        } else if (wanted.type() == byte[].class) {
            decoder = message -> message.bytes().toByteArray();
        } else if (framed && wanted.type().getTypeName().equals(IMAGE_CLASS)) {
            decoder = message -> image(message.bytes());
        }
        if (decoder == null) {
            throw new IllegalArgumentException("type: "
                    + wanted
                    + " (expected: a type that holds every "
                    + type.typeName()
                    + ", the receive type of this socket)");
        }
        return (Function<ReceivedMessage, @Nullable T>) decoder;
    }

    private static Object numbers(ReceivedMessage message, Function<Frame, Object> reader) {
        double[] doubles = message.doubles();
        return doubles == null ? reader.apply(message.bytes()) : message.owned(doubles);
    }

    /** Returns the codec of JSON documents. */
    Codec json() {
        if (json == null) {
            throw new IllegalStateException("no codec");
        }
        return json;
    }

    /** Returns the error that reports a malformed message; it names the type. */
    HeliographException problem(HeliographException failure) {
        return failure instanceof CodecException
                ? new ProtocolViolationException(
                        "Received corrupted " + type.typeName().toUpperCase(Locale.ROOT) + ": " + failure.getMessage(),
                        failure)
                : failure;
    }
}
