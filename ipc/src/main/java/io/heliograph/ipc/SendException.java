package io.heliograph.ipc;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** Reports a message that was not accepted for sending. No byte of the message was sent. */
public abstract sealed class SendException extends HeliographException implements SendFailure
        permits SendAfterCloseException, BadClientException, EncodeException, SendQueueFullException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sentTopic;
    private final transient @Nullable Object sentMessage;

    SendException(String message, @Nullable Throwable cause, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super(message, cause);
        this.sentTopic = sentTopic;
        this.sentMessage = sentMessage;
    }

    @Override
    public @Nullable String sentTopic() {
        return sentTopic;
    }

    @Override
    public @Nullable Object sentMessage() {
        return sentMessage;
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
