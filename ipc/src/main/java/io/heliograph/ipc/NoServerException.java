package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** A client without a connection was asked to send. Messages are never kept for a later connection. */
public final class NoServerException extends SendException {

    private static final long serialVersionUID = 1L;

    NoServerException(@Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Can not send, no active server connection.", null, sentTopic, sentMessage);
    }
}
