/**
 * Keys and certificates of TLS connections: {@link io.heliograph.tls.ServerTls} for servers, {@link
 * io.heliograph.tls.ClientTls} for clients.
 *
 * <p>Both read PKCS#12 and PEM files with the JDK alone, and reload them without affecting open connections.
 */
package io.heliograph.tls;
