package io.heliograph.ipc;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The peer reads too slowly: what waits for it has reached {@code maxQueuedBytes}, and the message was refused or, where the
 * policy says so, the connection was closed.
 */
public final class SendQueueFullException extends SendException {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final @Nullable String clientId;

    SendQueueFullException(
            int limit, @Nullable String clientId, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super(
                "Can not send, the queue "
                        + (clientId == null ? "to the server" : "of client " + clientId)
                        + " is full (limit: "
                        + limit
                        + " bytes)",
                null,
                sentTopic,
                sentMessage);
        this.limit = limit;
        this.clientId = clientId;
    }

    /** The limit, {@code maxQueuedBytes}. */
    public int limit() {
        return limit;
    }

    /** The client that reads too slowly; empty on a client, where it is the server. */
    public Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }
}
