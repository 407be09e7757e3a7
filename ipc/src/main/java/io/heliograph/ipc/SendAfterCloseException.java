package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** Reports a message that was sent or broadcast after {@code close()}. */
public final class SendAfterCloseException extends SendException {

    private static final long serialVersionUID = 1L;

    SendAfterCloseException(String message, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super(message, null, sentTopic, sentMessage);
    }
}
