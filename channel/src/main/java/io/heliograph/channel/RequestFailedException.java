package io.heliograph.channel;

import io.heliograph.HeliographException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request was answered with a failure.
 *
 * <p>A request handler throws this exception to choose the failure that the caller receives. Other exceptions of a handler are
 * reported on the handler's side only; the caller learns that the handler failed.
 */
public final class RequestFailedException extends HeliographException {

    /** Name of a failure without a name of its own. */
    private static final String DEFAULT_NAME = "Error";

    private static final long serialVersionUID = 1L;

    private final String name;
    private final @Nullable Integer code;
    private final transient @Nullable Object data;

    /** A failure with a message only; its name is {@code Error}. */
    public RequestFailedException(String message) {
        this(DEFAULT_NAME, message, null, null);
    }

    /**
     * A failure with details.
     *
     * @param name identifies the kind of failure, such as {@code NotAllowedError}
     * @param data any value that the JSON codec encodes; null for none
     */
    public RequestFailedException(String name, String message, @Nullable Integer code, @Nullable Object data) {
        super(message, null);
        this.name = name;
        this.code = code;
        this.data = data;
    }

    /** The kind of failure; {@code Error} if the handler chose none. */
    public String name() {
        return name;
    }

    /** The number of the failure, if the handler chose one. */
    public OptionalInt code() {
        return code == null ? OptionalInt.empty() : OptionalInt.of(code);
    }

    /** The data of the failure, of the natural type of JSON: a map, list, string, number or boolean; null for none. */
    public @Nullable Object data() {
        return data;
    }
}
