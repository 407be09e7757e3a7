package io.heliograph.rpc;

import io.heliograph.HeliographException;

/** A response has both a result and an error, or neither, or an empty error. */
public final class MalformedResponseException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public MalformedResponseException(String message) {
        super(message, null);
    }
}
