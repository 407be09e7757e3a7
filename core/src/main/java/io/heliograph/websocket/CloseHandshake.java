package io.heliograph.websocket;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one WebSocket ends, for transports: what the close frames of both sides say, whose came first, and what the link's
 * handler is to be told.
 *
 * <p>{@link #ask} may be called by any thread, all else on the link's loop.
 */
public final class CloseHandshake {

    /** For {@link #frame}: the peer's own code if its close frame has come, else 1000. */
    public static final int FITTING = -1;

    private static final int NORMAL = 1000;
    private static final int NONE = -1;

    private final WebSocketEncoder encoder;
    private volatile boolean asked;
    private boolean queued;
    private boolean peerFirst;
    private int peerCode = NONE;
    private String peerText = "";
    private @Nullable HeliographException violation;

    public CloseHandshake(WebSocketEncoder encoder) {
        this.encoder = encoder;
    }

    /** This side wants to end. Returns false if it had wanted that before. */
    public boolean ask() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    /** The bytes of this side's close frame, to be queued now; null if it has been queued. */
    public @Nullable Frame frame(int code, String text) {
        if (queued) {
            return null;
        }
        queued = true;
        if (code != FITTING) {
            return encoder.close(code, text);
        }
        if (peerCode == NONE) {
            return encoder.close(NORMAL, "");
        }
        return encoder.close(peerCode == WebSocketDecoder.NO_CODE ? 0 : peerCode, peerText);
    }

    /** Whether this side's close frame has been queued. */
    public boolean isQueued() {
        return queued;
    }

    /** The peer's close frame has come; see {@link WebSocketDecoder.Control#peerCloses}. */
    public void peerCloses(int code, String text) {
        peerFirst = !asked;
        peerCode = code;
        peerText = text;
    }

    /** Whether the peer's close frame has come. */
    public boolean isPeerClosed() {
        return peerCode != NONE;
    }

    /** The peer has broken the rules. */
    public void violated(HeliographException cause) {
        asked = true;
        violation = cause;
    }

    public boolean isViolated() {
        return violation != null;
    }

    /** Why the link ends when its connection does; empty if the peer has broken off. */
    public Optional<CloseReason> reason() {
        if (violation != null) {
            return Optional.of(new CloseReason.Failed(violation));
        }
        if (peerCode == NONE) {
            return Optional.empty();
        }
        return Optional.of(peerFirst ? new CloseReason.Remote(peerCode, peerText) : new CloseReason.Local());
    }

    /** Why the link ends when its connection fails: what the close frames said counts more. */
    public CloseReason reason(HeliographException failure) {
        return reason().orElseGet(() -> new CloseReason.Failed(failure));
    }
}
