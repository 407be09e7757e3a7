package io.heliograph.socket;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** Reports an item that cannot be converted to the send type of a socket. No byte of the item was sent. */
public final class ConversionException extends HeliographException {

    private static final long serialVersionUID = 1L;

    ConversionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** {@inheritDoc} Always true. */
    @Override
    public boolean unsent() {
        return true;
    }
}
