package io.heliograph.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parser of header field values that consist of tokens (RFC 9110, section 5.6.2). */
public final class HeaderTokens {

    private HeaderTokens() {}

    public static boolean isToken(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!isTokenCharacter(value.charAt(i))) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    public static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** Parses a comma-separated list of distinct tokens; empty if {@code value} is malformed. */
    public static Optional<List<String>> list(String value) {
        List<String> tokens = new ArrayList<>();
        for (String part : value.split(",", -1)) {
            String token = trim(part);
            if (!isToken(token) || tokens.contains(token)) {
                return Optional.empty();
            }
            tokens.add(token);
        }
        return Optional.of(List.copyOf(tokens));
    }

    /** Removes leading and trailing spaces and tabs. */
    public static String trim(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isBlank(value.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(value.charAt(to - 1))) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
