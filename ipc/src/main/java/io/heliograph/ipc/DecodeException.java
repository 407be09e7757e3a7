package io.heliograph.ipc;

import io.heliograph.HeliographException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a peer sent is not a message, or not one that the listener can take.
 *
 * <p>In the first case the connection it came over is closed. In the second, where the topic's typed listener found another
 * kind of value, the connection stays.
 */
public final class DecodeException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String rawData;
    private final @Nullable String clientId;

    DecodeException(String why, @Nullable Throwable cause, String rawData, @Nullable String clientId) {
        super("Failed to decode, caused by: " + why, cause);
        this.rawData = rawData;
        this.clientId = clientId;
    }

    /** The beginning of what could not be decoded, as text, at most 1024 bytes of it. */
    public String rawData() {
        return rawData;
    }

    /** Who sent it, on a server; empty on a client. */
    public Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }
}
