package io.heliograph.tls;

/** Whether a server asks its clients for a certificate. */
public enum ClientAuth {
    /** It does not ask. */
    NONE,

    /** It asks, and takes a client without one; a certificate that it does not trust ends the handshake. */
    REQUEST,

    /** It asks, and a client without one that it trusts is refused. */
    REQUIRED
}
