package io.heliograph.socket;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Formats received values as strings that distinguish their types. */
final class ValueFormat {

    private ValueFormat() {}

    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case int[] array -> "int" + Arrays.toString(array);
            case long[] array -> "long" + Arrays.toString(array);
            case short[] array -> "short" + Arrays.toString(array);
            case float[] array -> "float" + Arrays.toString(array);
            case double[] array -> "double" + Arrays.toString(array);
            case byte[] array -> "bytes " + HexFormat.of().formatHex(array);
            case String text -> "'" + text + "'";
            case BufferedImage image -> "image " + image.getWidth() + "x" + image.getHeight();
            default -> String.valueOf(value);
        };
    }
}
