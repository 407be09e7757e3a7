package io.heliograph.ipc;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/**
 * A message was not accepted for sending; nothing of it has left. It carries what was to be sent, exactly as the caller gave
 * it, so that an error listener can act on it.
 */
public abstract sealed class SendException extends HeliographException
        permits SendAfterCloseException,
                NoServerException,
                BadClientException,
                EncodeException,
                SendQueueFullException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sentTopic;
    private final transient @Nullable Object sentMessage;

    SendException(String message, @Nullable Throwable cause, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super(message, cause);
        this.sentTopic = sentTopic;
        this.sentMessage = sentMessage;
    }

    /** The topic as the caller gave it, possibly null or empty, before it became {@code none}. */
    public @Nullable String sentTopic() {
        return sentTopic;
    }

    /** The message as the caller gave it; null also if there was none. */
    public @Nullable Object sentMessage() {
        return sentMessage;
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
