package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.duration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the options of one kind of listener.
 *
 * @param <B> type of the builder
 */
final class ListenerOptions<B> {

    private final String protocol;
    private final List<ListenerOption<B, ?>> options = new ArrayList<>();

    ListenerOptions(String protocol) {
        this.protocol = protocol;
    }

    /** Adds an option that the section limits has too, for all listeners. */
    <T> ListenerOptions<B> limit(
            String name,
            ValueType<T> type,
            @Nullable String defaultValue,
            String description,
            BiConsumer<B, T> setter) {
        options.add(new ListenerOption<>(protocol, name, type, defaultValue, description, true, setter));
        return this;
    }

    <T> ListenerOptions<B> option(
            String name,
            ValueType<T> type,
            @Nullable String defaultValue,
            String description,
            BiConsumer<B, T> setter) {
        options.add(new ListenerOption<>(protocol, name, type, defaultValue, description, false, setter));
        return this;
    }

    ListenerOptions<B> linger(BiConsumer<B, Duration> setter) {
        return limit(
                "linger",
                duration(Duration.ZERO),
                "5s",
                "time to write queued messages when a connection closes; then it is aborted",
                setter);
    }

    List<ListenerOption<B, ?>> list() {
        return List.copyOf(options);
    }
}
