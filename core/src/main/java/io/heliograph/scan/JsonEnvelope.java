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
 * Scanner that locates selected members of a JSON object in its bytes, without building the other values.
 *
 * <p>A scan validates the whole document in one pass, without recursion: one object of RFC 8259 in UTF-8, surrounded by
 * white space only. Members may be in any order, unknown members are skipped, the last of duplicate members wins, and a
 * name with escapes equals the unescaped name. Two deviations: malformed UTF-8 inside a string is accepted and decodes
 * as U+FFFD, and an escaped surrogate may be unpaired, as in JavaScript.
 *
 * <p>Not thread-safe; an instance serves one connection, or all connections of one event loop. A scan allocates
 * nothing. The instance references the frame of the last scan until the next scan or {@link #clear()}, and caches at
 * most 64 strings of up to 64 characters, about 7 KB.
 */
public final class JsonEnvelope {

    /** Kind of a member's value. */
    public enum Kind {
        /** The member is absent. */
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

    // Array of the last {@link #scanArray} and the index of its next element; null after the last element.
    private @Nullable Frame elements;
    private int nextElement;

    /**
     * @param maxDepth maximum nesting depth of objects and arrays, including the outermost; must be positive, commonly
     *     1000
     * @param members names of the members to locate, in ASCII; methods identify a member by its index in this list
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
     * Scans a document. The accessors then refer to this document until the next scan.
     *
     * @throws CodecException if the document is not one JSON object or exceeds the depth limit; the message states the
     *     position, the expected syntax, and at most one character of the document. All members are then absent
     */
    public void scan(Frame document) {
        clear();
        Arrays.fill(starts, -1);
        byte[] array = document.array();
        int begin = document.offset();
        int end = begin + document.length();
        int at = grammar.open(array, begin, end, '{');
        at = at < end && array[at] == '}' ? at + 1 : members(array, at, end);
        grammar.close(array, at, end);
        frame = document;
    }

    /**
     * Validates a document that is an array. {@link #next} then iterates over its elements.
     *
     * @throws CodecException if the document is not one JSON array or exceeds the depth limit
     */
    public void scanArray(Frame document) {
        clear();
        byte[] array = document.array();
        int first = grammar.array(array, document.offset(), document.offset() + document.length(), (start, end) -> {});
        elements = array[first] == ']' ? null : document;
        nextElement = first;
    }

    /**
     * Advances to the next element of the array. The accessors then refer to this element if it is an object; all
     * members are absent if it is another value.
     *
     * @return whether there was a further element
     */
    public boolean next() {
        Frame document = elements;
        frame = null;
        Arrays.fill(starts, -1);
        if (document == null) {
            return false;
        }
        byte[] array = document.array();
        int end = document.offset() + document.length();
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
        frame = document;
        return true;
    }

    /** Releases the frame of the last scan. All members are then absent, and {@link #next} returns false. */
    public void clear() {
        frame = null;
        elements = null;
    }

    /** Returns whether the member is present, null included. */
    public boolean has(int member) {
        return starts[member] >= 0 && frame != null;
    }

    /** Returns the kind of the member's value. */
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
     * Returns the encoded value of a member as a slice of the document.
     *
     * @throws IllegalStateException if the member is absent
     */
    public Frame value(int member) {
        Frame from = present(member);
        int start = starts[member];
        return from.slice(start - from.offset(), ends[member] - start);
    }

    /**
     * Returns the value of a string with its escapes decoded.
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
     * Returns the encoded value of a member of any kind.
     *
     * @throws IllegalStateException if the member is absent
     */
    public String source(int member) {
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

    /** Scans the members of the outermost object from its first name on; returns the index after the closing brace. */
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
