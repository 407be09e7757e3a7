package io.heliograph.rpc.client;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import java.math.BigDecimal;

/** Ids of calls, and the keys of pending calls. A number and its decimal string have the same key. */
final class CallIds {

    private static final int MAX_DIGITS = 15;

    private CallIds() {}

    /**
     * Returns an id that a server answers.
     *
     * @throws IllegalArgumentException if the id is 0, not finite, empty, or neither a number nor a string
     */
    static Object checked(Object id) {
        boolean valid = id instanceof Number number
                ? number.doubleValue() != 0 && Double.isFinite(number.doubleValue())
                : id instanceof String string && !string.isEmpty();
        if (!valid) {
            throw new IllegalArgumentException(
                    "id: '" + id + "' (expected: a number other than 0, or a string with content)");
        }
        return id;
    }

    /** Returns the key of an id. */
    static Object key(Object id) {
        return switch (id) {
            case Long number -> number;
            case Integer number -> (long) number;
            case Double number when number == Math.rint(number) && Math.abs(number) < 0x1p53 -> number.longValue();
            case Double number when !Double.isFinite(number) -> number.toString();
            case Number number -> new BigDecimal(number.toString()).toString();
            default -> key(id.toString());
        };
    }

    private static Object key(String id) {
        return id.length() <= MAX_DIGITS && id.matches("[1-9][0-9]*") ? (Object) Long.parseLong(id) : id;
    }

    /** Returns the key of the id of a response; the empty string if the id cannot be decoded. */
    static Object key(Dialect dialect, Frame id) {
        long decimal = dialect.isJson() ? decimal(id) : -1;
        if (decimal >= 0) {
            return decimal;
        }
        try {
            Object value = dialect.codec().decode(id, Object.class);
            return value == null ? "" : key(value);
        } catch (CodecException e) {
            return "";
        }
    }

    /** Decodes decimal digits, the form of nearly all ids; returns -1 for every other id. */
    private static long decimal(Frame id) {
        if (id.length() > MAX_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < id.length(); i++) {
            byte digit = id.at(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = 10 * value + (digit - '0');
        }
        return value;
    }
}
