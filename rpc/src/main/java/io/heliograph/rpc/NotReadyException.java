package io.heliograph.rpc;

import io.heliograph.HeliographException;

/** There is no connection to send over: "socket not ready". Nothing is kept for later. */
public final class NotReadyException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public NotReadyException(String message) {
        super(message, null);
    }

    @Override
    public boolean unsent() {
        return true;
    }
}
