package io.heliograph.channel;

import io.heliograph.HeliographException;

/**
 * Messages of a member passed this one by: the other had given it up, for it did not read, or did not come back, for too long.
 * There is one for each such member.
 */
public final class MissedMessagesException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final transient Member from;

    MissedMessagesException(Member from) {
        super(
                "messages from member "
                        + from.id()
                        + " (process "
                        + from.pid()
                        + ") passed this one by: it had given this one up",
                null);
        this.from = from;
    }

    /** Whose messages they were. */
    public Member from() {
        return from;
    }
}
