package io.heliograph.server;

/**
 * Address at which a hub accepts connections of one protocol.
 *
 * @param protocol identifier of the protocol, such as {@code socketcluster}
 * @param url URL with the actual port, such as {@code ws://127.0.0.1:8000/socketcluster/}
 */
public record Listener(String protocol, String url) {}
