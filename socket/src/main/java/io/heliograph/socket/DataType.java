package io.heliograph.socket;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How values are written as bytes; all numbers big-endian.
 *
 * <p>{@link #LONG} and {@link #UNSIGNED_INT} are ours, for peers of this library or of any other program: the original has
 * them not, as its numbers cannot hold them all.
 */
public enum DataType {
    /** One byte, two's complement. */
    BYTE("byte", 1),
    /** Eight bytes, IEEE 754 binary64. */
    DOUBLE("double", 8),
    /** Four bytes, IEEE 754 binary32. */
    FLOAT("float", 4),
    /** An encoded image file; sent as JPEG. */
    IMAGE("image", 0),
    /** Four bytes, two's complement. */
    INT("int", 4),
    /** One JSON text in UTF-8. */
    JSON("json", 0),
    /** The same as {@link #DOUBLE}. */
    NUMBER("number", 8),
    /** Two bytes, two's complement. */
    SHORT("short", 2),
    /** Text in UTF-8. */
    STRING("string", 0),
    /** One byte, 0 to 255. */
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

    /** What the original calls it, such as {@code unsignedbyte}. */
    public String typeName() {
        return typeName;
    }

    /**
     * The type of a name, in any case, with space around it or not.
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static DataType named(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        for (DataType type : values()) {
            if (type.typeName.equals(wanted)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "Invalid receive data type: " + name + " (expected: one of " + names() + ")");
    }

    /** The names that a socket can receive, in the order of the original; ours come last. */
    public static List<String> supportedReceiveTypes() {
        return names();
    }

    /**
     * The names that a socket can send: those of the original, then the formats of images that this Java runtime can write, in
     * alphabetical order, then ours.
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

    /** Whether its elements are numbers with a binary point. */
    boolean isFloating() {
        return this == FLOAT || this == DOUBLE || this == NUMBER;
    }

    /** The bytes of an element, 0 where these are no numbers. */
    int size() {
        return size;
    }

    /** Writes an integer, narrowed as a cast of the Java language narrows it. */
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
     * Writes a number with a binary point, narrowed as a cast of the Java language narrows it: to an int first, which stops at
     * the ends of its range, and then by dropping high bits; {@link #UNSIGNED_INT} by way of a long.
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
     * What is to be sent.
     *
     * @param imageFormat the format of images, or empty where none are sent
     */
    record Sent(DataType type, String imageFormat) {

        static Sent of(DataType type) {
            return new Sent(type, type == IMAGE ? "jpg" : "");
        }

        /** The type of a name, which may be that of an image format. */
        static Sent named(String name) {
            String wanted = name.strip().toLowerCase(Locale.ROOT);
            for (DataType type : values()) {
                if (type.typeName.equals(wanted)) {
                    return of(type);
                }
            }
            checkArgument(
                    ImageFormats.writable().contains(wanted),
                    "Invalid send data type: %s (expected: one of %s)",
                    name,
                    supportedSendTypes());
            return new Sent(IMAGE, wanted);
        }

        @Override
        public String toString() {
            return type == IMAGE ? imageFormat : type.typeName;
        }
    }
}
