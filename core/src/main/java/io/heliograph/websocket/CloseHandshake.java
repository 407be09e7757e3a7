package io.heliograph.websocket;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Closing handshake of one WebSocket (RFC 6455, section 7): close frames of both sides, their order, and the resulting
 * {@link CloseReason}.
 *
 * <p>{@link #start} is thread-safe. All other methods: event loop only.
 */
public final class CloseHandshake {

    /** Value for {@link #frame}: echoes the peer's close code if its close frame was received, else sends 1000. */
    public static final int ECHO = -1;

    private static final int NORMAL = 1000;
    private static final int NO_CLOSE = -1;

    private final WebSocketEncoder encoder;
    private volatile boolean closing;
    private boolean queued;
    private boolean peerFirst;
    private int peerCode = NO_CLOSE;
    private String peerText = "";
    private @Nullable HeliographException violation;

    public CloseHandshake(WebSocketEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Starts the close of this side.
     *
     * @return false if it was started before
     */
    public boolean start() {
        boolean first = !closing;
        closing = true;
        return first;
    }

    /** Returns the encoded close frame of this side, which the caller must enqueue; null if it was returned before. */
    public @Nullable Frame frame(int code, String text) {
        if (queued) {
            return null;
        }
        queued = true;
        if (code != ECHO) {
            return encoder.close(code, text);
        }
        if (peerCode == NO_CLOSE) {
            return encoder.close(NORMAL, "");
        }
        return encoder.close(peerCode == WebSocketDecoder.NO_CODE ? 0 : peerCode, peerText);
    }

    /** Returns whether the close frame of this side was returned by {@link #frame}. */
    public boolean isQueued() {
        return queued;
    }

    /** Records the close frame of the peer, see {@link WebSocketDecoder.Control#peerCloses}. */
    public void peerCloses(int code, String text) {
        peerFirst = !closing;
        peerCode = code;
        peerText = text;
    }

    /** Returns whether the close frame of the peer was received. */
    public boolean isPeerClosed() {
        return peerCode != NO_CLOSE;
    }

    /** Records a protocol violation of the peer. */
    public void violated(HeliographException cause) {
        closing = true;
        violation = cause;
    }

    /** Returns whether the peer has violated the protocol. */
    public boolean isViolated() {
        return violation != null;
    }

    /**
     * Returns the close reason at the end of the connection; empty if the peer has disconnected without a close frame.
     */
    public Optional<CloseReason> reason() {
        if (violation != null) {
            return Optional.of(new CloseReason.Failed(violation));
        }
        if (peerCode == NO_CLOSE) {
            return Optional.empty();
        }
        return Optional.of(peerFirst ? new CloseReason.Remote(peerCode, peerText) : new CloseReason.Local());
    }

    /**
     * Returns the close reason at a failure of the connection. A received close frame takes precedence over the
     * failure.
     */
    public CloseReason reason(HeliographException failure) {
        return reason().orElseGet(() -> new CloseReason.Failed(failure));
    }
}
