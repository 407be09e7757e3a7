package io.heliograph.ipc;

import io.heliograph.HeliographException;
import io.heliograph.internal.Printable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reports a malformed message, or a message whose value does not fit the type of a listener.
 *
 * <p>A malformed message closes its connection. A value of another type does not.
 */
public final class DecodeException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private static final int REPORTED_CHARS = 1000;

    private final String rawData;
    private final @Nullable String clientId;

    DecodeException(String reason, @Nullable Throwable cause, String rawData, @Nullable String clientId) {
        super("Failed to decode, caused by: " + Printable.of(reason, REPORTED_CHARS), cause);
        this.rawData = rawData;
        this.clientId = clientId;
    }

    /** The first 1024 bytes of the undecodable data, as a string. */
    public String rawData() {
        return rawData;
    }

    /** The id of the sender; empty on a client. */
    public Optional<String> clientId() {
        return Optional.ofNullable(clientId);
    }
}
