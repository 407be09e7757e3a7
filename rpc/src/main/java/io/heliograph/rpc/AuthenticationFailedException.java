package io.heliograph.rpc;

import io.heliograph.HeliographException;

/** The server has rejected a login. */
public final class AuthenticationFailedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    public AuthenticationFailedException(String message) {
        super(message, null);
    }
}
