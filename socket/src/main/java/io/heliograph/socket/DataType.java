package io.heliograph.socket;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Encoding of values as bytes. All numbers are big-endian.
 *
 * <p>{@link #LONG} and {@link #UNSIGNED_INT} extend the original, whose numbers cannot represent all of their values.
 */
public enum DataType {
    /** A byte, two's complement. */
    BYTE("byte", 1),
    /** Eight bytes, IEEE 754 binary64. */
    DOUBLE("double", 8),
    /** Four bytes, IEEE 754 binary32. */
    FLOAT("float", 4),
    /** An encoded image file; sent as JPEG. */
    IMAGE("image", 0),
    /** Four bytes, two's complement. */
    INT("int", 4),
    /** A JSON document in UTF-8. */
    JSON("json", 0),
    /** The same as {@link #DOUBLE}. */
    NUMBER("number", 8),
    /** Two bytes, two's complement. */
    SHORT("short", 2),
    /** A string in UTF-8. */
    STRING("string", 0),
    /** A byte, 0 to 255. */
    UNSIGNED_BYTE("unsignedbyte", 1),
    /** Two bytes, 0 to 65535. */
    UNSIGNED_SHORT("unsignedshort", 2),
    /** Eight bytes, two's complement. */
    LONG("long", 8),
    /** Four bytes, 0 to 4294967295. */
    UNSIGNED_INT("unsignedint", 4);

    private final String typeName;
    private final int size;

    DataType(String typeName, int size) {
        this.typeName = typeName;
        this.size = size;
    }

    /** The name in the original, such as {@code unsignedbyte}. */
    public String typeName() {
        return typeName;
    }

    /**
     * Returns the type called {@code name}, ignoring case and surrounding space.
     *
     * @throws IllegalArgumentException if the name is unknown; the message lists the known names
     */
    public static DataType named(String name) {
        String normalized = name.strip().toLowerCase(Locale.ROOT);
        for (DataType type : values()) {
            if (type.typeName.equals(normalized)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "Invalid receive data type: " + name + " (expected: one of " + names() + ")");
    }

    /** The names of the receive types, in the order of the original; extensions come last. */
    public static List<String> supportedReceiveTypes() {
        return names();
    }

    /**
     * The names of the send types: the types of the original, then the image formats that this Java runtime can write, in
     * alphabetical order, then the extensions.
     */
    public static List<String> supportedSendTypes() {
        List<String> names = new ArrayList<>(names());
        names.addAll(names.indexOf(LONG.typeName), ImageFormats.writable());
        return List.copyOf(names);
    }

    static List<String> names() {
        return Arrays.stream(values()).map(DataType::typeName).toList();
    }

    boolean isNumeric() {
        return size > 0;
    }

    /** Whether the elements are floating-point numbers. */
    boolean isFloating() {
        return this == FLOAT || this == DOUBLE || this == NUMBER;
    }

    /** The number of bytes of an element; 0 for non-numeric types. */
    int size() {
        return size;
    }

    /** Writes an integer, narrowed like a cast of the Java language. */
    void put(ByteBuffer target, long value) {
        switch (this) {
            case BYTE, UNSIGNED_BYTE -> target.put((byte) value);
            case SHORT, UNSIGNED_SHORT -> target.putShort((short) value);
            case INT, UNSIGNED_INT -> target.putInt((int) value);
            case LONG -> target.putLong(value);
            case FLOAT -> target.putFloat((float) value);
            case DOUBLE, NUMBER -> target.putDouble((double) value);
            case IMAGE, JSON, STRING -> throw new IllegalStateException(typeName);
        }
    }

    /**
     * Writes a floating-point number, narrowed like a cast of the Java language: first to an int, which saturates, then by
     * dropping high bits. {@link #UNSIGNED_INT} narrows through a long.
     */
    void put(ByteBuffer target, double value) {
        switch (this) {
            case BYTE, UNSIGNED_BYTE, SHORT, UNSIGNED_SHORT, INT -> put(target, (long) (int) value);
            case UNSIGNED_INT, LONG -> put(target, (long) value);
            case FLOAT -> target.putFloat((float) value);
            case DOUBLE, NUMBER -> target.putDouble(value);
            case IMAGE, JSON, STRING -> throw new IllegalStateException(typeName);
        }
    }

    /**
     * Send type of a socket.
     *
     * @param imageFormat the image format; empty for other types
     */
    record Sent(DataType type, String imageFormat) {

        static Sent of(DataType type) {
            return new Sent(type, type == IMAGE ? "jpg" : "");
        }

        /** Returns the type called {@code name}, which may be the name of an image format. */
        static Sent named(String name) {
            String normalized = name.strip().toLowerCase(Locale.ROOT);
            for (DataType type : values()) {
                if (type.typeName.equals(normalized)) {
                    return of(type);
                }
            }
            checkArgument(
                    ImageFormats.writable().contains(normalized),
                    "Invalid send data type: %s (expected: one of %s)",
                    name,
                    supportedSendTypes());
            return new Sent(IMAGE, normalized);
        }

        @Override
        public String toString() {
            return type == IMAGE ? imageFormat : type.typeName;
        }
    }
}
