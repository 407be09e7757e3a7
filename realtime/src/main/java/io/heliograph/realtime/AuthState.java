package io.heliograph.realtime;

/** Whether a connection is authenticated. */
public enum AuthState {
    AUTHENTICATED,
    UNAUTHENTICATED;

    /** The name on the wire and in the original. */
    public String wireName() {
        return this == AUTHENTICATED ? "authenticated" : "unauthenticated";
    }
}
