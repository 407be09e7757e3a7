package io.heliograph.scan;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reference JSON parser: recursive, with regular expressions, one character per byte. */
final class ReferenceJson {

    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final Pattern SPACE = Pattern.compile("[ \\n\\r\\t]*+");
    private static final Pattern STRING =
            Pattern.compile("\"(?:[^\\x00-\\x1f\"\\\\]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*+\"");
    private static final Pattern SCALAR =
            Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+");

    private final String text;
    private int at;

    private ReferenceJson(String text) {
        this.text = text;
    }

    /** Returns the encoded members of the outermost object, the last of each name, one character per byte. */
    static Map<String, String> members(byte[] bytes) throws Rejected {
        ReferenceJson json = new ReferenceJson(new String(bytes, StandardCharsets.ISO_8859_1));
        Map<String, String> members = new HashMap<>();
        json.skip(SPACE);
        json.object(members);
        json.skip(SPACE);
        if (json.at != bytes.length) {
            throw new Rejected();
        }
        return members;
    }

    /** Returns the value of a string literal, one character per byte or escape. */
    static String unquoted(String literal) {
        StringBuilder string = new StringBuilder();
        for (int i = 1; i < literal.length() - 1; i++) {
            char next = literal.charAt(i);
            if (next == '\\') {
                char kind = literal.charAt(++i);
                if (kind == 'u') {
                    string.append((char) Integer.parseInt(literal.substring(i + 1, i + 5), 16));
                    i += 4;
                } else {
                    int known = "bfnrt".indexOf(kind);
                    string.append(known < 0 ? kind : "\b\f\n\r\t".charAt(known));
                }
            } else {
                string.append(next);
            }
        }
        return string.toString();
    }

    private void object(Map<String, String> members) throws Rejected {
        expect('{');
        skip(SPACE);
        if (peek() != '}') {
            for (; ; ) {
                String name = unquoted(skip(STRING));
                skip(SPACE);
                expect(':');
                skip(SPACE);
                int start = at;
                value();
                members.put(name, text.substring(start, at));
                skip(SPACE);
                if (peek() != ',') {
                    break;
                }
                at++;
                skip(SPACE);
            }
        }
        expect('}');
    }

    private void array() throws Rejected {
        expect('[');
        skip(SPACE);
        if (peek() != ']') {
            for (; ; ) {
                value();
                skip(SPACE);
                if (peek() != ',') {
                    break;
                }
                at++;
                skip(SPACE);
            }
        }
        expect(']');
    }

    private void value() throws Rejected {
        switch (peek()) {
            case '{' -> object(new HashMap<>());
            case '[' -> array();
            case '"' -> skip(STRING);
            default -> skip(SCALAR);
        }
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void expect(char wanted) throws Rejected {
        if (peek() != wanted) {
            throw new Rejected();
        }
        at++;
    }

    private String skip(Pattern pattern) throws Rejected {
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw new Rejected();
        }
        at = matcher.end();
        return matcher.group();
    }
}
