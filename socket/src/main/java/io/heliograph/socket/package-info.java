/**
 * Typed values over plain or framed TCP, with TLS: {@link io.heliograph.socket.SocketServer} and {@link
 * io.heliograph.socket.SocketClient}, compatible with the {@code socket} module of the Accessors and Ptolemy hosts.
 */
package io.heliograph.socket;
