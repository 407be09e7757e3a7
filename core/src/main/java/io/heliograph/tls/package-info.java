/**
 * Keys and certificates for connections over TLS: {@link io.heliograph.tls.ServerTls} for who listens, {@link
 * io.heliograph.tls.ClientTls} for who connects.
 *
 * <p>They read PKCS#12 and PEM files with what the JDK has, and read them again when asked, without harm to open connections.
 */
package io.heliograph.tls;
