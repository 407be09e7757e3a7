package io.heliograph;

import org.jspecify.annotations.Nullable;

/** The operating system failed a connection or a listening socket; {@link #code()} is its error, such as {@code EADDRINUSE}. */
public final class TransportException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * @param code the symbolic name of the error, or an empty string where the system gave none
     */
    public TransportException(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
