package io.heliograph.scan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Decoding of JSON string escapes, and descriptions of syntax elements for error messages. */
final class JsonText {

    private JsonText() {}

    /** Returns the character of the valid escape at {@code at}, the index of its backslash. */
    static char escape(byte[] array, int at) {
        return switch (array[at + 1]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' ->
                (char) (Character.digit(array[at + 2], 16) << 12
                        | Character.digit(array[at + 3], 16) << 8
                        | Character.digit(array[at + 4], 16) << 4
                        | Character.digit(array[at + 5], 16));
            default -> (char) array[at + 1];
        };
    }

    /** Returns the number of bytes of the valid escape at {@code at}. */
    static int escapeLength(byte[] array, int at) {
        return array[at + 1] == 'u' ? 6 : 2;
    }

    /** Decodes a string with valid escapes. Malformed UTF-8 becomes U+FFFD. */
    static String unescaped(byte[] array, int from, int length) {
        char[] chars = new char[length];
        int size = 0;
        int at = from;
        int end = from + length;
        while (at < end) {
            byte next = array[at];
            if (next == '\\') {
                chars[size++] = escape(array, at);
                at += escapeLength(array, at);
            } else if (next >= 0) {
                chars[size++] = (char) next;
                at++;
            } else {
                int start = at;
                while (at < end && array[at] < 0) {
                    at++;
                }
                String run = new String(array, start, at - start, StandardCharsets.UTF_8);
                run.getChars(0, run.length(), chars, size);
                size += run.length();
            }
        }
        return new String(chars, 0, size);
    }

    /** Describes the value at {@code at} for an error message: its kind, else {@link #found}. */
    static String value(byte[] array, int at, int end) {
        return switch (at < end ? array[at] : 0) {
            case '[' -> "an array";
            case '"' -> "a string";
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> "a number";
            case 't' -> isAt("true", array, at, end) ? "true" : found(array, at, end);
            case 'f' -> isAt("false", array, at, end) ? "false" : found(array, at, end);
            case 'n' -> isAt("null", array, at, end) ? "null" : found(array, at, end);
            case (byte) 0xef -> isAt("\ufeff", array, at, end) ? "a byte order mark" : found(array, at, end);
            default -> found(array, at, end);
        };
    }

    /** Describes the byte at {@code at} for an error message. */
    static String found(byte[] array, int at, int end) {
        if (at >= end) {
            return "the end of the document";
        }
        byte found = array[at];
        return found > ' ' && found < 0x7f ? "'" + (char) found + "'" : "byte 0x%02x".formatted(found);
    }

    private static boolean isAt(String literal, byte[] array, int at, int end) {
        byte[] bytes = literal.getBytes(StandardCharsets.UTF_8);
        return end - at >= bytes.length && Arrays.equals(array, at, at + bytes.length, bytes, 0, bytes.length);
    }
}
