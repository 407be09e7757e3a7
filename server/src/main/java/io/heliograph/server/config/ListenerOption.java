package io.heliograph.server.config;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Option of a listener: a method of the builder of its protocol.
 *
 * @param <B> type of the builder
 * @param <T> type of the value
 * @param limit whether a key of the section limits has the same name, for all listeners that have the option
 */
record ListenerOption<B, T>(
        String protocol,
        String name,
        ValueType<T> type,
        @Nullable String defaultValue,
        String description,
        boolean limit,
        BiConsumer<B, T> setter) {

    /** Sets the option. The text is valid. */
    void apply(B builder, String text) {
        T value = type.read(text);
        if (value != null) {
            setter.accept(builder, value);
        }
    }
}
