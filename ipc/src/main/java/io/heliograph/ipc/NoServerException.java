package io.heliograph.ipc;

import io.heliograph.NotConnectedException;
import org.jspecify.annotations.Nullable;

/** Reports a message of a client without a connection. */
final class NoServerException extends NotConnectedException implements SendFailure {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sentTopic;
    private final transient @Nullable Object sentMessage;

    NoServerException(@Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Can not send, no active server connection.");
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
}
