package io.heliograph.realtime.packet;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Conversion of exceptions to their form on the wire, and back. */
public final class WireErrors {

    /** Message on the wire for every exception other than a {@link RealtimeException}. */
    public static final String NEUTRAL = "The request could not be handled";

    private static final int MAX_DEPTH = 1000;

    private WireErrors() {}

    /** Prepares an error for encoding: a throwable {@linkplain #dehydrate dehydrated}, any other value without cycles. */
    static @Nullable Object wireForm(@Nullable Object error) {
        return error instanceof Throwable thrown ? dehydrate(thrown) : acyclic(error);
    }

    /**
     * Converts an exception to an object: message, name and fields of a {@link RealtimeException} or {@link
     * WireFailure}; the value of a {@link RemoteValueException}; the name {@code Error} and a neutral message for any other exception. Never
     * includes a stack trace.
     */
    public static @Nullable Object dehydrate(Throwable error) {
        if (error instanceof RemoteValueException bare) {
            return acyclic(bare.value());
        }
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        if (error instanceof RealtimeException known) {
            plain.put("message", known.message());
            plain.put("name", known.errorName());
            plain.putAll(known.fields());
        } else if (error instanceof WireFailure own) {
            plain.put("message", error.getMessage());
            plain.put("name", own.errorName());
            plain.putAll(own.fields());
        } else {
            plain.put("message", NEUTRAL);
            plain.put("name", "Error");
        }
        return acyclic(plain);
    }

    /** Replaces every further occurrence of the same map, list or array by a reference to the first. */
    static @Nullable Object acyclic(@Nullable Object value) {
        return isPlain(value) ? value : new References().copy(value, "$", 0);
    }

    private static boolean isPlain(@Nullable Object value) {
        return value == null
                || value instanceof String
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Payload;
    }

    private static final class References {

        private final IdentityHashMap<Object, String> paths = new IdentityHashMap<>();

        @Nullable
        Object copy(@Nullable Object value, String path, int depth) {
            if (!(value instanceof Map<?, ?> || value instanceof Collection<?> || value instanceof Object[])) {
                return value;
            }
            if (depth == MAX_DEPTH) {
                throw new InvalidMessageException(
                        "an error with excessive nesting (expected: at most " + MAX_DEPTH + " levels)");
            }
            if (isEmpty(value)) {
                return value; // the empty list of the JDK is a shared instance
            }
            String known = paths.putIfAbsent(value, path);
            if (known != null) {
                return Map.of("$ref", known);
            }
            return value instanceof Map<?, ?> map ? copyMap(map, path, depth) : copyList(elements(value), path, depth);
        }

        private Map<String, @Nullable Object> copyMap(Map<?, ?> map, String path, int depth) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, member) -> {
                String name = String.valueOf(key);
                copy.put(name, copy(member, path + "[" + quoted(name) + "]", depth + 1));
            });
            return copy;
        }

        private List<@Nullable Object> copyList(Collection<? extends @Nullable Object> list, String path, int depth) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(copy(element, path + "[" + copy.size() + "]", depth + 1));
            }
            return copy;
        }

        private static Collection<? extends @Nullable Object> elements(Object value) {
            return value instanceof Collection<?> collection ? collection : java.util.Arrays.asList((Object[]) value);
        }

        private static boolean isEmpty(Object value) {
            if (value instanceof Map<?, ?> map) {
                return map.isEmpty();
            }
            return value instanceof Collection<?> collection ? collection.isEmpty() : Array.getLength(value) == 0;
        }

        private static String quoted(String name) {
            StringBuilder text = new StringBuilder("\"");
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                switch (c) {
                    case '"', '\\' -> text.append('\\').append(c);
                    case '\b' -> text.append("\\b");
                    case '\f' -> text.append("\\f");
                    case '\n' -> text.append("\\n");
                    case '\r' -> text.append("\\r");
                    case '\t' -> text.append("\\t");
                    default -> {
                        if (c < ' ') {
                            text.append("\\u%04x".formatted((int) c));
                        } else {
                            text.append(c);
                        }
                    }
                }
            }
            return text.append('"').toString();
        }
    }

    /**
     * Converts an error of the peer to an exception; null for the falsy values absent, null, false, zero and the empty string.
     *
     * <p>An object becomes a {@link RealtimeException} with its name, message and fields, of the subclass for the name. The names
     * {@code BadConnectionError}, {@code TimeoutError} and {@code SocketProtocolError} describe connections of the peer, not of this
     * side, and have no subclass here. Any other value becomes a {@link RemoteValueException}, an undecodable value an {@link
     * InvalidMessageException}.
     */
    public static @Nullable RealtimeException rehydrate(Payload error) {
        if (!error.isPresent()) {
            return null;
        }
        Object value;
        try {
            value = error.value();
        } catch (CodecException e) {
            return new InvalidMessageException("The error of the response cannot be decoded", e);
        }
        if (value instanceof Map<?, ?> map) {
            return rehydrate(map);
        }
        return value == null || isFalsy(value) ? null : new RemoteValueException(value);
    }

    private static boolean isFalsy(Object value) {
        return value.equals(false)
                || value.equals("")
                || (value instanceof Number number
                        && (number.doubleValue() == 0 || Double.isNaN(number.doubleValue())));
    }

    private static RealtimeException rehydrate(Map<?, ?> error) {
        String message = error.get("message") instanceof String text ? text : "Invalid error message format";
        String name = error.get("name") instanceof String text ? text : "Error";
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        error.forEach((key, value) -> {
            String field = String.valueOf(key);
            if (!field.equals("message") && !field.equals("name") && !field.equals("stack")) {
                fields.put(field, value);
            }
        });
        return RealtimeException.named(name, message, fields);
    }
}
