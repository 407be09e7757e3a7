package io.heliograph.rpc;

import io.heliograph.HeliographException;

/** A response had both a result and an error, or neither, or an error that says nothing. */
public final class MalformedResponseException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public MalformedResponseException(String message) {
        super(message, null);
    }
}
