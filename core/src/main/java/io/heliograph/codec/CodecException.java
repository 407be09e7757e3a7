package io.heliograph.codec;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** A value cannot be written, or bytes cannot be read as what was asked for. */
public final class CodecException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
