package io.heliograph.tls;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/**
 * A file with keys or certificates cannot be used: it is missing, needs another password, or does not hold what it should.
 *
 * <p>The message names the file, never what it holds.
 */
public final class KeyMaterialException extends HeliographException {

    private static final long serialVersionUID = 1L;

    KeyMaterialException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Always true: nothing was sent without the keys. */
    @Override
    public boolean unsent() {
        return true;
    }
}
