package io.heliograph.testkit;

import java.io.Serial;

/** Error reply of a Redis server, with its message, such as {@code MOVED 3999 127.0.0.1:6381}. */
public final class RedisException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    RedisException(String message) {
        super(message);
    }
}
