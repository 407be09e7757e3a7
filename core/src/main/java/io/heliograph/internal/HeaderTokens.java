package io.heliograph.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the values of header fields that are made of tokens. */
public final class HeaderTokens {

    private HeaderTokens() {}

    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    public static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** Different tokens with commas between them; empty if the text is something else. */
    public static Optional<List<String>> list(String text) {
        List<String> tokens = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String token = trim(part);
            if (!isToken(token) || tokens.contains(token)) {
                return Optional.empty();
            }
            tokens.add(token);
        }
        return Optional.of(List.copyOf(tokens));
    }

    /** Without the spaces and tabs around it. */
    public static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
