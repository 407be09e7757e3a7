package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** Reports a message to a client that is unknown or disconnected. */
public final class BadClientException extends SendException {

    private static final long serialVersionUID = 1L;

    private final String clientId;

    BadClientException(String clientId, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Invalid client id: " + clientId, null, sentTopic, sentMessage);
        this.clientId = clientId;
    }

    /** The invalid id. */
    public String clientId() {
        return clientId;
    }
}
