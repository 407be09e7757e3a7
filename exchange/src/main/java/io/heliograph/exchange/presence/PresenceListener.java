package io.heliograph.exchange.presence;

/**
 * Listener of the members of a channel. Runs on a virtual thread, one call at a time for all listeners of a channel, and must not block. Changes
 * of one member that follow each other faster than the calls are one change: a member that enters and leaves at once may not be reported.
 */
public interface PresenceListener {

    /** Called with a new member. */
    void entered(Presence.Member member);

    /** Called with a member whose user, information or node has changed. */
    default void changed(Presence.Member member) {}

    /** Called with a member that has left. */
    void left(Presence.Member member);
}
