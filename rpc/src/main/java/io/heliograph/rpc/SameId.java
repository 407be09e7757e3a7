package io.heliograph.rpc;

/** What becomes of two sockets of one namespace that call themselves the same. Whatever it is, they never share a login. */
public enum SameId {

    /** Both stay; looking up the id finds the later. */
    ALLOW,

    /** The later one is refused with HTTP status 409, or closed at once where there is no HTTP. */
    REFUSE,

    /** The earlier one is closed with code 1000 and the reason "replaced". */
    CLOSE_EARLIER
}
