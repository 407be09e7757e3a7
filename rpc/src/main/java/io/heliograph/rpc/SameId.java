package io.heliograph.rpc;

/** Policy for two sockets of one namespace with the same id. Sockets never share a login. */
public enum SameId {

    /** Both sockets stay connected; a lookup of the id returns the later socket. */
    ALLOW,

    /** The later socket is rejected with HTTP status 409, or closed immediately if there is no HTTP. */
    REJECT,

    /** The earlier socket is closed with code 1000 and the reason "replaced". */
    CLOSE_EARLIER
}
