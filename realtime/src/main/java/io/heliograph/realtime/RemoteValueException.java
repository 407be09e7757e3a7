package io.heliograph.realtime;

import java.util.Map;

/**
 * The other side failed a request with a bare value in place of an error, as {@link Request#failWith} does. Its name is {@code
 * Error}.
 */
public final class RemoteValueException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    private final transient Object value;

    public RemoteValueException(Object value) {
        super("Error", String.valueOf(value), Map.of(), null);
        this.value = value;
    }

    /** The value: a text, a number, true, or a list. */
    public Object value() {
        return value;
    }
}
