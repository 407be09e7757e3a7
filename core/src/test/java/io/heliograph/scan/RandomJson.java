package io.heliograph.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Random;

/** Random JSON documents, and random corruptions of them. */
final class RandomJson {

    private static final String[] NAMES = {
        "a", "topic", "b", "", "t\\u006fpic", "\\u0061", "\\\"", "messages", "ä", "a\\u0000", "aa"
    };
    private static final String[] SCALARS = {
        "0", "-1", "12.5", "1e5", "-0.0E-7", "true", "false", "null", "123456789012", "\"\""
    };
    private static final String[] PIECES = {
        "a",
        "long enough for two words",
        "\\n",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\\\",
        "\\\"",
        "é",
        "\uD83D\uDE00",
        " ",
        "{",
        "]",
        "\\/",
        "01234567"
    };
    private static final String SPECIAL = "{}[]:,\"\\ 0123456789.eE+-tfnu\n\t/'";

    private RandomJson() {}

    static byte[] object(Random random) {
        StringBuilder text = new StringBuilder();
        space(text, random);
        object(text, random, 0);
        space(text, random);
        return text.toString().getBytes(UTF_8);
    }

    /** Applies one to three corruptions: replaces, removes or inserts a byte, or truncates the document. */
    static byte[] mutated(byte[] text, Random random) {
        byte[] result = text;
        for (int i = random.nextInt(3); i >= 0 && result.length > 0; i--) {
            int at = random.nextInt(result.length);
            byte fresh = random.nextInt(8) == 0
                    ? (byte) random.nextInt(256)
                    : (byte) SPECIAL.charAt(random.nextInt(SPECIAL.length()));
            switch (random.nextInt(8)) {
                case 0 -> result = Arrays.copyOf(result, at);
                case 1, 2 -> {
                    byte[] shorter = Arrays.copyOf(result, result.length - 1);
                    System.arraycopy(result, at + 1, shorter, at, shorter.length - at);
                    result = shorter;
                }
                case 3, 4 -> {
                    byte[] longer = Arrays.copyOf(result, result.length + 1);
                    System.arraycopy(result, at, longer, at + 1, result.length - at);
                    longer[at] = fresh;
                    result = longer;
                }
                default -> {
                    result = result.clone();
                    result[at] = fresh;
                }
            }
        }
        return result;
    }

    private static void object(StringBuilder text, Random random, int depth) {
        text.append('{');
        space(text, random);
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append('"').append(NAMES[random.nextInt(NAMES.length)]).append('"');
            space(text, random);
            text.append(':');
            space(text, random);
            value(text, random, depth + 1);
            space(text, random);
            if (i > 1) {
                text.append(',');
                space(text, random);
            }
        }
        text.append('}');
    }

    private static void array(StringBuilder text, Random random, int depth) {
        text.append('[');
        space(text, random);
        for (int i = random.nextInt(4); i > 0; i--) {
            value(text, random, depth + 1);
            space(text, random);
            if (i > 1) {
                text.append(',');
                space(text, random);
            }
        }
        text.append(']');
    }

    private static void value(StringBuilder text, Random random, int depth) {
        switch (random.nextInt(depth > 6 ? 4 : 7)) {
            case 0, 1 -> text.append(SCALARS[random.nextInt(SCALARS.length)]);
            case 2, 3 -> {
                text.append('"');
                for (int i = random.nextInt(5); i > 0; i--) {
                    text.append(PIECES[random.nextInt(PIECES.length)]);
                }
                text.append('"');
            }
            case 4 -> array(text, random, depth);
            default -> object(text, random, depth);
        }
    }

    private static void space(StringBuilder text, Random random) {
        if (random.nextInt(4) == 0) {
            text.append(" \n\r\t".charAt(random.nextInt(4)));
        }
    }
}
