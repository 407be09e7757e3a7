package io.heliograph.server;

/** Action that an {@link Authority} decides about. The name of the action is the second part of its subject. */
public enum HubAction {

    /** Connection to a listener; the name is the URL of the listener. */
    CONNECT,

    /** Subscription to a channel. */
    SUBSCRIBE,

    /** Publication in a channel. */
    PUBLISH,

    /** Call of a procedure. */
    CALL,

    /** Reading the history of a channel. */
    HISTORY,

    /** Reading or watching the members of a channel. */
    PRESENCE,

    /** Reading the state of the hub. */
    VIEW,

    /** Management of the hub, such as a disconnection of another connection. */
    MANAGE
}
