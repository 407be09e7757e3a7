package io.heliograph.server.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Value of a path, as texts.
 *
 * @param texts the elements of a list; one text otherwise
 * @param list whether the source has a list
 * @param origin source in the report, such as {@code helio.yaml:31} or {@code environment HELIO_ORIGINS}
 * @param position source in an error, such as {@code helio.yaml:31:5} or {@code HELIO_ORIGINS}
 * @param error error of a secret that cannot be read
 */
record Value(
        List<String> texts,
        boolean list,
        String origin,
        String position,
        @Nullable String error) {

    static Value of(String text, String origin, String position) {
        return new Value(List.of(text), false, origin, position, null);
    }

    String text() {
        return texts.isEmpty() ? "" : texts.getFirst();
    }
}
