package io.heliograph.scan;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.internal.StringInterner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the values of a few known members of a JSON object in its bytes, without building anything of the rest.
 *
 * <p>The whole text is checked on the way, in one pass and without recursion: it must be one object as RFC 8259 defines it,
 * in UTF-8, with nothing but white space around it. Members may come in any order; unknown ones are passed over; of a
 * member that comes twice the last counts; a name written with escapes is the same name. Malformed UTF-8 inside a string is
 * let through and reads as U+FFFD, and an escaped surrogate may be alone, as in JavaScript.
 *
 * <p>One instance serves one connection, or all connections of one event loop: it is for one thread at a time. It allocates
 * nothing while it scans. It holds on to the frame scanned last until the next one or {@link #clear()}, and to the strings
 * that {@link #string} gave out last if they are short: at most 64 of up to 64 characters, some 7 KB.
 */
public final class JsonEnvelope {

    /** What a member is. */
    public enum Kind {
        /** Not there. */
        ABSENT,
        NULL,
        BOOLEAN,
        NUMBER,
        STRING,
        ARRAY,
        OBJECT
    }

    private final JsonGrammar grammar;
    private final byte[][] names;
    private final int[] starts;
    private final int[] ends;
    private final boolean[] escapes;
    private final StringInterner strings = new StringInterner(64);

    private @Nullable Frame frame;

    // Where the array begun last goes on; null for none.
    private @Nullable Frame elements;
    private int nextElement;

    /**
     * @param maxDepth how deep objects and arrays may be nested, counting the outermost; positive, commonly 1000
     * @param members the names of the members to find, in ASCII; the methods below know them by their place in this list
     */
    public JsonEnvelope(int maxDepth, String... members) {
        this.grammar = new JsonGrammar(positive("maxDepth", maxDepth));
        this.names = new byte[members.length][];
        for (int i = 0; i < members.length; i++) {
            String name = members[i];
            checkArgument(name.chars().allMatch(c -> c < 0x80), "member: '%s' (expected: ASCII)", name);
            names[i] = name.getBytes(StandardCharsets.US_ASCII);
        }
        this.starts = new int[members.length];
        this.ends = new int[members.length];
        this.escapes = new boolean[members.length];
    }

    /**
     * Reads a text; the methods below answer for it until the next.
     *
     * @throws CodecException if the text is not one JSON object, or is nested too deeply; it names the place and what was
     *     expected there, and of the text no more than one character. All members are absent then.
     */
    public void scan(Frame text) {
        clear();
        Arrays.fill(starts, -1);
        byte[] array = text.array();
        int begin = text.offset();
        int end = begin + text.length();
        grammar.begin(begin);
        int at = JsonGrammar.space(array, begin, end);
        if (at == end || array[at] != '{') {
            throw grammar.unexpected("an object", JsonText.value(array, at, end), at);
        }
        at = JsonGrammar.space(array, at + 1, end);
        at = at < end && array[at] == '}' ? at + 1 : members(array, at, end);
        at = JsonGrammar.space(array, at, end);
        if (at != end) {
            throw grammar.unexpected("the end of the text", array, at, end);
        }
        frame = text;
    }

    /**
     * Begins a text that is an array, checking all of it; {@link #next} then goes from element to element.
     *
     * @throws CodecException if the text is not one JSON array, or is nested too deeply
     */
    public void scanArray(Frame text) {
        clear();
        byte[] array = text.array();
        int begin = text.offset();
        int end = begin + text.length();
        grammar.begin(begin);
        int at = JsonGrammar.space(array, begin, end);
        if (at == end || array[at] != '[') {
            throw grammar.unexpected("an array", JsonText.value(array, at, end), at);
        }
        int first = JsonGrammar.space(array, at + 1, end);
        boolean empty = first < end && array[first] == ']';
        at = empty ? first + 1 : pastElements(array, first, end);
        at = JsonGrammar.space(array, at, end);
        if (at != end) {
            throw grammar.unexpected("the end of the text", array, at, end);
        }
        elements = empty ? null : text;
        nextElement = first;
    }

    private int pastElements(byte[] array, int from, int end) {
        int at = from;
        for (; ; ) {
            at = JsonGrammar.space(array, grammar.value(array, at, end), end);
            byte next = at < end ? array[at] : 0;
            if (next == ']') {
                return at + 1;
            }
            if (next != ',') {
                throw grammar.unexpected("',' or ']'", array, at, end);
            }
            at = JsonGrammar.space(array, at + 1, end);
        }
    }

    /**
     * Goes to the next element of the array; the methods below answer for it if it is an object, and have no member if it is
     * anything else.
     *
     * @return false behind the last one
     */
    public boolean next() {
        Frame text = elements;
        frame = null;
        Arrays.fill(starts, -1);
        if (text == null) {
            return false;
        }
        byte[] array = text.array();
        int end = text.offset() + text.length();
        int at = nextElement;
        if (array[at] == '{') {
            at = JsonGrammar.space(array, at + 1, end);
            at = array[at] == '}' ? at + 1 : members(array, at, end);
        } else {
            at = grammar.value(array, at, end);
        }
        at = JsonGrammar.space(array, at, end);
        nextElement = JsonGrammar.space(array, at + 1, end);
        if (array[at] == ']') {
            elements = null;
        }
        frame = text;
        return true;
    }

    /** Lets go of the frame scanned last; all members are absent then, and no element is next. */
    public void clear() {
        frame = null;
        elements = null;
    }

    public boolean has(int member) {
        return starts[member] >= 0 && frame != null;
    }

    public Kind kind(int member) {
        int start = starts[member];
        if (frame == null || start < 0) {
            return Kind.ABSENT;
        }
        return switch (frame.array()[start]) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case 't', 'f' -> Kind.BOOLEAN;
            case 'n' -> Kind.NULL;
            default -> Kind.NUMBER;
        };
    }

    /**
     * The value as it stands in the text: a part of the frame.
     *
     * @throws IllegalStateException if the member is absent
     */
    public Frame value(int member) {
        Frame from = present(member);
        int start = starts[member];
        return from.slice(start - from.offset(), ends[member] - start);
    }

    /**
     * The value of a string, its escapes resolved.
     *
     * @throws IllegalStateException if the member is not a string
     */
    public String string(int member) {
        byte[] array = present(member).array();
        int start = starts[member];
        if (array[start] != '"') {
            throw new IllegalStateException("member '" + name(member) + "' is " + kind(member) + " (expected: STRING)");
        }
        int length = ends[member] - start - 2;
        return escapes[member]
                ? JsonText.unescaped(array, start + 1, length)
                : strings.decode(array, start + 1, length);
    }

    /**
     * The value as it stands in the text, whatever its kind.
     *
     * @throws IllegalStateException if the member is absent
     */
    public String text(int member) {
        Frame from = present(member);
        int start = starts[member];
        return strings.decode(from.array(), start, ends[member] - start);
    }

    private Frame present(int member) {
        if (frame == null || starts[member] < 0) {
            throw new IllegalStateException("member '" + name(member) + "' is absent");
        }
        return frame;
    }

    private String name(int member) {
        return new String(names[member], StandardCharsets.US_ASCII);
    }

    /** Reads the members of the outermost object, from the first name on; answers the place behind its brace. */
    private int members(byte[] array, int from, int end) {
        int at = from;
        for (; ; ) {
            int name = at + 1;
            grammar.escaped = false;
            at = grammar.name(array, at, end);
            int member = find(array, name, at - 1 - name);
            at = grammar.colon(array, at, end);
            int start = at;
            grammar.escaped = false;
            at = grammar.value(array, at, end);
            if (member >= 0) {
                starts[member] = start;
                ends[member] = at;
                escapes[member] = grammar.escaped;
            }
            at = JsonGrammar.space(array, at, end);
            byte next = at < end ? array[at] : 0;
            if (next == '}') {
                return at + 1;
            }
            if (next != ',') {
                throw grammar.unexpected("',' or '}'", array, at, end);
            }
            at = JsonGrammar.space(array, at + 1, end);
        }
    }

    private int find(byte[] array, int from, int length) {
        for (int i = 0; i < names.length; i++) {
            if (grammar.escaped
                    ? isEscaped(names[i], array, from, from + length)
                    : isSame(names[i], array, from, length)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSame(byte[] name, byte[] array, int from, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != array[from + i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEscaped(byte[] name, byte[] array, int from, int end) {
        int at = from;
        for (byte wanted : name) {
            if (at == end) {
                return false;
            }
            boolean plain = array[at] != '\\';
            if (wanted != (plain ? array[at] : JsonText.escape(array, at))) {
                return false;
            }
            at += plain ? 1 : JsonText.escapeLength(array, at);
        }
        return at == end;
    }
}
