package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** A server was asked to send to a client that it does not know, or that has gone. */
public final class BadClientException extends SendException {

    private static final long serialVersionUID = 1L;

    private final String clientId;

    BadClientException(String clientId, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Invalid client id: " + clientId, null, sentTopic, sentMessage);
        this.clientId = clientId;
    }

    /** The id that is not valid. */
    public String clientId() {
        return clientId;
    }
}
