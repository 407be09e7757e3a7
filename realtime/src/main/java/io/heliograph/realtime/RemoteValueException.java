package io.heliograph.realtime;

import java.util.Map;

/**
 * Failure of a request by a plain value in place of an error, as {@link Request#failWith} sends it. Its name is {@code Error}.
 */
public final class RemoteValueException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final transient Object value;

    public RemoteValueException(Object value) {
        super("Error", String.valueOf(value), Map.of(), null);
        this.value = value;
    }

    /** Returns the value: a string, a number, true, or a list. */
    public Object value() {
        return value;
    }
}
