package io.heliograph;

import org.jspecify.annotations.Nullable;

/**
 * Root of all failures that a peer, the network or a limit causes. Misuse by the caller throws {@link
 * IllegalArgumentException} or {@link IllegalStateException} instead.
 *
 * <p>The exceptions of this package name situations that all protocols share. A protocol module adds its own, with the
 * fields of its original.
 */
public abstract class HeliographException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected HeliographException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns whether the peer certainly did not receive the message, so that a retry cannot repeat work. */
    public boolean unsent() {
        return false;
    }

    /**
     * Returns the protocol's name of this failure, such as {@code BadClientError}. By default the class name with
     * {@code Exception} replaced by {@code Error}.
     */
    public String errorName() {
        String name = getClass().getSimpleName();
        return name.endsWith("Exception") ? name.substring(0, name.length() - 9) + "Error" : name;
    }
}
