package io.heliograph;

import org.jspecify.annotations.Nullable;

/** Failure of a connection or a listening socket, reported by the operating system or by TLS. */
public final class TransportException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * @param code symbolic name of the error, such as {@code EADDRINUSE} or {@code TLS_UNTRUSTED}; empty if the error
     *     has no name
     */
    public TransportException(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * Returns the symbolic name of the error, such as {@code EADDRINUSE} or {@code TLS_UNTRUSTED}; empty if the error
     * has no name.
     */
    public String code() {
        return code;
    }
}
