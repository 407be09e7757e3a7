package io.heliograph.tls;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/**
 * A key or certificate file is missing, has another password, or has unexpected content.
 *
 * <p>The message names the file and contains no key material.
 */
public final class KeyMaterialException extends HeliographException {

    private static final long serialVersionUID = 1L;

    KeyMaterialException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Always true: without its keys an endpoint sends nothing. */
    @Override
    public boolean unsent() {
        return true;
    }
}
