package io.heliograph.ipc;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/**
 * Reports a message that was not accepted for sending. Carries topic and message exactly as passed by the caller, so that an
 * error listener can act on them.
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

    /** The topic as passed by the caller: possibly null or empty, not yet replaced by {@code none}. */
    public @Nullable String sentTopic() {
        return sentTopic;
    }

    /** The message as passed by the caller; null also if absent. */
    public @Nullable Object sentMessage() {
        return sentMessage;
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
