package io.heliograph.server;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** Error that the caller of a procedure receives, in the form of its protocol. Immutable. */
public final class CallException extends HeliographException {

    private static final long serialVersionUID = 1L;

    /** Code of errors that have none. */
    private static final int NO_CODE = -32000;

    private final String name;
    private final int code;
    private final transient @Nullable Object data;

    private CallException(String name, String message, int code, @Nullable Object data, @Nullable Throwable cause) {
        super(message, cause);
        this.name = name;
        this.code = code;
        this.data = data;
    }

    /**
     * Creates an error.
     *
     * @param name name of the error for protocols that have names, such as {@code InsufficientFundsError}
     * @param message message for the caller
     */
    public static CallException of(String name, String message) {
        return new CallException(name, message, NO_CODE, null, null);
    }

    /** Returns the error with a code, for protocols that have codes. Default: -32000. */
    public CallException code(int code) {
        return new CallException(name, getMessage(), code, data, getCause());
    }

    /** Returns the error with data: any value that the codec can encode. Default: none. */
    public CallException data(@Nullable Object data) {
        return new CallException(name, getMessage(), code, data, getCause());
    }

    /** Returns the error with a cause, which the caller does not receive. */
    public CallException cause(Throwable cause) {
        return new CallException(name, getMessage(), code, data, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    @Override
    public String errorName() {
        return name;
    }

    public int code() {
        return code;
    }

    /** The data, or null if the error has none. */
    public @Nullable Object data() {
        return data;
    }
}
