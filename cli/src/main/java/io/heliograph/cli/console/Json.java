package io.heliograph.cli.console;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON documents as strings. Payloads are copied between documents without decoding, so that numbers keep their digits and
 * objects the order of their members.
 */
public final class Json {

    private static final String HEX = "0123456789abcdef";

    private Json() {}

    /** Returns {@code text} as a JSON string of printable characters; escapes control characters and lone surrogates. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16);
        appendQuoted(text, quoted);
        return quoted.toString();
    }

    public static void appendQuoted(String text, StringBuilder target) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> target.append("\\\"");
                case '\\' -> target.append("\\\\");
                case '\n' -> target.append("\\n");
                case '\r' -> target.append("\\r");
                case '\t' -> target.append("\\t");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        target.append(c).append(text.charAt(++i));
                    } else if (isUnprintable(c)) {
                        appendEscaped(c, target);
                    } else {
                        target.append(c);
                    }
                }
            }
        }
        target.append('"');
    }

    /**
     * Returns a valid document on one line. Removes line breaks, which occur between tokens only, and escapes control
     * characters, which occur in strings only.
     */
    public static String oneLine(String json) {
        int i = 0;
        while (i < json.length() && !isUnsafe(json, i)) {
            i++;
        }
        if (i == json.length()) {
            return json;
        }
        StringBuilder line = new StringBuilder(json.length() + 16).append(json, 0, i);
        for (; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            if (isUnsafe(json, i)) {
                appendEscaped(c, line);
            } else {
                line.append(c);
            }
        }
        return line.toString();
    }

    /** Returns a payload as JSON: unchanged if its codec is JSON, otherwise converted. */
    public static String of(Payload payload) {
        return payload.codec().format().equals("json")
                ? payload.text()
                : Payload.ofValue(codec(), payload.value()).text();
    }

    /** Returns a payload with exactly these characters. */
    public static Payload payload(String json) {
        return Payload.of(codec(), Frame.utf8(json));
    }

    /**
     * Returns the value of a document: a map, a list, a string, a number, a boolean or null.
     *
     * @throws CodecException if the document is malformed
     */
    public static @Nullable Object read(String json) {
        return codec().decode(Frame.utf8(json), Object.class);
    }

    /**
     * Returns a line of standard input as a payload with the same characters.
     *
     * @throws InvalidInput if the line is not JSON
     */
    public static Payload line(String line) throws InvalidInput {
        try {
            read(line);
        } catch (CodecException e) {
            throw new InvalidInput("malformed JSON: " + problem(e) + " (expected: a JSON value)");
        }
        return payload(line.strip());
    }

    /** Returns the reason why {@link #read} rejected a document, without the requested type. */
    public static String problem(CodecException failure) {
        return Event.messageOf(failure).replace("cannot read java.lang.Object from JSON ", "");
    }

    /** Returns the members of a valid JSON object, each value as a document. Of two members of one name, the last is returned. */
    public static Map<String, String> members(String json) {
        Map<String, String> members = new LinkedHashMap<>();
        int at = skipSpace(json, json.indexOf('{') + 1);
        while (json.charAt(at) != '}') {
            int nameEnd = endOfString(json, at);
            String name = String.valueOf(read(json.substring(at, nameEnd)));
            int start = skipSpace(json, skipSpace(json, nameEnd) + 1);
            int end = endOfValue(json, start);
            members.put(name, json.substring(start, end).stripTrailing());
            at = json.charAt(end) == ',' ? skipSpace(json, end + 1) : end;
        }
        return members;
    }

    /** Returns the elements of a valid JSON array, each value as a document. */
    public static List<String> elements(String json) {
        List<String> elements = new ArrayList<>();
        int at = skipSpace(json, json.indexOf('[') + 1);
        while (json.charAt(at) != ']') {
            int end = endOfValue(json, at);
            elements.add(json.substring(at, end).stripTrailing());
            at = json.charAt(end) == ',' ? skipSpace(json, end + 1) : end;
        }
        return elements;
    }

    /** Returns an absent payload. */
    public static Payload absent() {
        return Payload.absent(codec());
    }

    private static Codec codec() {
        return Codec.named("json");
    }

    /** Returns the index of the comma, brace or bracket after the value that starts at {@code at}. */
    private static int endOfValue(String json, int at) {
        int depth = 0;
        int i = at;
        while (true) {
            char c = json.charAt(i);
            if (c == '"') {
                i = endOfString(json, i);
                continue;
            }
            if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
                return i;
            }
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
            i++;
        }
    }

    /** Returns the index after the string that starts at {@code at}. */
    private static int endOfString(String json, int at) {
        int i = at + 1;
        while (json.charAt(i) != '"') {
            i += json.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    private static int skipSpace(String json, int at) {
        int i = at;
        while (json.charAt(i) <= ' ') {
            i++;
        }
        return i;
    }

    private static boolean isUnsafe(String json, int i) {
        char c = json.charAt(i);
        if (Character.isSurrogate(c)) {
            boolean paired = Character.isHighSurrogate(c)
                    ? i + 1 < json.length() && Character.isLowSurrogate(json.charAt(i + 1))
                    : i > 0 && Character.isHighSurrogate(json.charAt(i - 1));
            return !paired;
        }
        return c != '\t' && isUnprintable(c);
    }

    /** Whether a character is a control character, line or paragraph separator, directional mark or surrogate. */
    private static boolean isUnprintable(char c) {
        return c < ' '
                || (c >= 0x7f && c <= 0x9f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || Character.isSurrogate(c);
    }

    private static void appendEscaped(char c, StringBuilder target) {
        target.append("\\u")
                .append(HEX.charAt(c >> 12))
                .append(HEX.charAt(c >> 8 & 15))
                .append(HEX.charAt(c >> 4 & 15))
                .append(HEX.charAt(c & 15));
    }
}
