package io.heliograph;

import org.jspecify.annotations.Nullable;

/**
 * The root of all failures that come from a peer, a network or a limit; the caller's own mistake is an
 * {@link IllegalArgumentException} or {@link IllegalStateException} instead.
 *
 * <p>The leaves here name situations, whatever the layer; a protocol adds its own, with the fields its original has.
 */
public abstract class HeliographException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected HeliographException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether the peer certainly never saw what was being sent, so that trying again cannot do the work twice. */
    public boolean unsent() {
        return false;
    }

    /**
     * The name under which the protocol knows this failure, such as {@code BadClientError}: the name of the class with
     * {@code Exception} replaced by {@code Error}, unless a leaf says otherwise.
     */
    public String errorName() {
        String name = getClass().getSimpleName();
        return name.endsWith("Exception") ? name.substring(0, name.length() - 9) + "Error" : name;
    }
}
