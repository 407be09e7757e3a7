package io.heliograph.server.config;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Key of the configuration.
 *
 * @param path names with {@code .}; {@code []} follows the name of a list, such as {@code listen[].url}
 * @param defaultValue as it is written in a file; null without one
 * @param secret whether the value is hidden, and may be {@code {file: PATH}} or {@code {env: NAME}}
 * @param required whether each element of the list must have the key
 */
record Key(
        String path,
        ValueType<?> type,
        @Nullable String defaultValue,
        String description,
        boolean secret,
        boolean required) {

    /** The name without its section. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The section, such as {@code listen[]}; empty at the top level. */
    String section() {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    Optional<String> defaultText() {
        return Optional.ofNullable(defaultValue);
    }

    /** The variable of the environment, with {@code N} for an index. */
    String variable() {
        return variable(path.replace("[]", "[N]"));
    }

    /** Returns the variable of a path with indexes. */
    static String variable(String path) {
        return "HELIO_" + path.replaceAll("[.\\[-]", "_").replace("]", "").toUpperCase(Locale.ROOT);
    }
}
