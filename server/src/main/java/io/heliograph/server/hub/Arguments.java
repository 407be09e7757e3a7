package io.heliograph.server.hub;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.PublicationId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of a built-in procedure, by name or by position. */
final class Arguments {

    private final Map<String, @Nullable Object> values;

    private Arguments(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    /**
     * Reads arguments: an object, an array with that object, an array by position, or the first argument alone.
     *
     * @throws io.heliograph.codec.CodecException if the payload is malformed
     * @throws IllegalArgumentException if there are too many
     */
    static Arguments of(Payload payload, String... names) {
        Object value = payload.value();
        if (value instanceof List<?> list && list.size() == 1 && list.get(0) instanceof Map<?, ?> only) {
            value = only;
        }
        Map<String, @Nullable Object> values = new HashMap<>();
        if (value instanceof Map<?, ?> members) {
            for (String name : names) {
                if (members.containsKey(name)) {
                    values.put(name, members.get(name));
                }
            }
        } else if (value instanceof List<?> list) {
            checkArgument(
                    list.size() <= names.length, "arguments: %s (expected: at most %s)", list.size(), names.length);
            for (int i = 0; i < list.size(); i++) {
                values.put(names[i], list.get(i));
            }
        } else if (value != null) {
            values.put(names[0], value);
        }
        return new Arguments(values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    @Nullable
    Object get(String name) {
        return values.get(name);
    }

    String text(String name) {
        String text = optionalText(name);
        if (text == null) {
            throw new IllegalArgumentException(name + ": missing (expected: a string)");
        }
        return text;
    }

    @Nullable
    String optionalText(String name) {
        Object value = values.get(name);
        checkArgument(value == null || value instanceof String, "%s: %s (expected: a string)", name, value);
        return (String) value;
    }

    /** Returns a positive number. */
    int number(String name, int missing, int max) {
        Object value = values.get(name);
        if (value == null) {
            return missing;
        }
        boolean valid = value instanceof Number number && number.doubleValue() >= 1 && number.doubleValue() <= max;
        checkArgument(valid, "%s: %s (expected: 1 to %s)", name, value, max);
        return ((Number) value).intValue();
    }

    /** Returns an idempotency key, an array of the publisher and its sequence, or null. */
    @Nullable
    PublicationId publicationId(String name) {
        return publicationId(name, values.get(name));
    }

    /** Returns the idempotency key of a decoded value, or null for null. */
    static @Nullable PublicationId publicationId(String name, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String publisher
                && pair.get(1) instanceof Number sequence) {
            return new PublicationId(publisher, sequence.longValue());
        }
        throw new IllegalArgumentException(name + ": " + value + " (expected: an array of a publisher and a sequence)");
    }
}
