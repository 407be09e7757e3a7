package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** Reports a message that cannot be encoded or exceeds {@code maxMessageBytes}. */
public final class EncodeException extends SendException {

    private static final long serialVersionUID = 1L;

    EncodeException(
            String reason, @Nullable Throwable cause, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Failed to encode, caused by: " + reason, cause, sentTopic, sentMessage);
    }
}
