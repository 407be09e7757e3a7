package io.heliograph.channel;

import io.heliograph.HeliographException;

/** This member had been dropped, for it did not read for too long, and has joined anew: messages sent meanwhile passed it by. */
public final class MissedMessagesException extends HeliographException {

    private static final long serialVersionUID = 1L;

    MissedMessagesException(String message) {
        super(message, null);
    }
}
