package io.heliograph.exchange;

import io.heliograph.HeliographException;
import org.jspecify.annotations.Nullable;

/** Failure of a broker operation, with the failure of the broker as {@link #getCause()}. */
public final class BrokerException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String channel;

    BrokerException(String action, String channel, @Nullable Throwable cause) {
        super(action + " '" + shown(channel) + "'" + (cause == null ? "" : ": " + cause), cause);
        this.channel = channel;
    }

    /** The channel of the operation. */
    public String channel() {
        return channel;
    }

    /** Whether the broker reports that the publication was certainly not published. */
    @Override
    public boolean unsent() {
        return getCause() instanceof HeliographException cause && cause.unsent();
    }

    static String shown(String channel) {
        return channel.length() <= 80 ? channel : channel.substring(0, 80) + "...";
    }
}
