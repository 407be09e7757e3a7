package io.heliograph.realtime;

/** Authentication state of a connection. */
public enum AuthState {
    AUTHENTICATED,
    UNAUTHENTICATED;

    /** Returns the name on the wire, which SocketCluster uses in its API too. */
    public String wireName() {
        return this == AUTHENTICATED ? "authenticated" : "unauthenticated";
    }
}
