package io.heliograph.exchange.redis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings in one string: each as its length in characters, a colon and its characters; null as {@code -}. */
final class Fields {

    private final String text;
    private int index;

    private Fields(String text) {
        this.text = text;
    }

    static String format(@Nullable String... fields) {
        StringBuilder text = new StringBuilder();
        for (String field : fields) {
            if (field == null) {
                text.append('-');
            } else {
                text.append(field.length()).append(':').append(field);
            }
        }
        return text.toString();
    }

    /**
     * Parses fields.
     *
     * @throws IllegalArgumentException if the string has another form
     */
    static List<@Nullable String> parse(String text) {
        Fields fields = new Fields(text);
        List<@Nullable String> all = new ArrayList<>();
        while (fields.index < text.length()) {
            all.add(fields.next());
        }
        return all;
    }

    private @Nullable String next() {
        if (text.charAt(index) == '-') {
            index++;
            return null;
        }
        int colon = text.indexOf(':', index);
        int length;
        try {
            length = Integer.parseInt(text, index, Math.max(index, colon), 10);
        } catch (NumberFormatException invalid) {
            length = -1;
        }
        if (colon < 0 || length < 0 || length > text.length() - colon - 1) {
            throw new IllegalArgumentException(
                    "field at index " + index + " (expected: a length, a colon and as many characters)");
        }
        index = colon + 1 + length;
        return text.substring(colon + 1, index);
    }
}
