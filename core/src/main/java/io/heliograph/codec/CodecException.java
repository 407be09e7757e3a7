package io.heliograph.codec;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** Failure to encode a value, or to decode bytes as the requested type. */
public final class CodecException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
