package io.heliograph.socket;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** An item cannot be written as the type that a socket sends, so nothing of it was sent. */
public final class ConversionException extends HeliographException {

    private static final long serialVersionUID = 1L;

    ConversionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Always true. */
    @Override
    public boolean unsent() {
        return true;
    }
}
