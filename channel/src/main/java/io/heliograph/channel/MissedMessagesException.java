package io.heliograph.channel;

import io.heliograph.HeliographException;

/**
 * This member missed messages of another member: that member had removed this one, because it did not read or did not come back in time;
 * or it is the member of a hub, and its messages were not acknowledged fast enough. Reported once per sender and loss.
 */
public final class MissedMessagesException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final transient Member from;

    /** An exception about the messages of {@code from}. */
    public MissedMessagesException(Member from) {
        super(
                "missed messages from member " + from.id() + " (process " + from.pid()
                        + "), which had removed this member or sent faster than messages were acknowledged;"
                        + " request the current state from it",
                null);
        this.from = from;
    }

    /** The sender of the missed messages. */
    public Member from() {
        return from;
    }
}
