package io.heliograph.tls;

/** Policy of a server for client certificates. */
public enum ClientAuth {
    /** Requests no certificate. */
    NONE,

    /** Requests a certificate and accepts a client without one; an untrusted certificate fails the handshake. */
    REQUEST,

    /** Requires a trusted certificate. */
    REQUIRED
}
