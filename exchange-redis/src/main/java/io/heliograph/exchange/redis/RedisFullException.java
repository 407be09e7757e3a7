package io.heliograph.exchange.redis;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** The memory of Redis is full: it refused the publication, which was certainly not published. */
public final class RedisFullException extends HeliographException {

    private static final long serialVersionUID = 1L;

    RedisFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
