package io.heliograph.ipc;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reports a slow consumer: its queue has reached {@code maxQueuedBytes}, so the message was rejected or, under
 * {@link io.heliograph.Overflow#CLOSE}, the connection was closed.
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

    /** The id of the slow client; empty on a client. */
    public Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }
}
