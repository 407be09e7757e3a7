package io.heliograph.cli.client;

import java.net.URI;
import java.util.Locale;

/** Protocol of a server, which the address selects. */
enum RemoteProtocol {

    /** {@code ws://HOST:PORT} with any other path than that of RPC. */
    SOCKETCLUSTER,

    /** {@code ws://HOST:PORT/rpc}, with a namespace after it, or {@code tcp://HOST:PORT}. */
    RPC,

    /** {@code unix:PATH}. */
    IPC;

    private static final String FORMS =
            "ws:// or wss://HOST:PORT[/path], ws://HOST:PORT/rpc[/namespace], unix:PATH or tcp://HOST:PORT";

    /**
     * Returns the protocol of an address.
     *
     * @throws IllegalArgumentException if the scheme is unknown
     */
    static RemoteProtocol of(String url) {
        String scheme = url.substring(0, Math.max(0, url.indexOf(':'))).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "ws", "wss", "http", "https" -> isRpc(uri(url)) ? RPC : SOCKETCLUSTER;
            case "tcp" -> RPC;
            case "unix" -> IPC;
            default -> throw new IllegalArgumentException("URL: '" + url + "' (expected: " + FORMS + ")");
        };
    }

    private static boolean isRpc(URI url) {
        String path = url.getPath();
        return path != null && (path.equals("/rpc") || path.startsWith("/rpc/"));
    }

    /**
     * Parses a URL.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("URL: '" + url + "' (expected: " + FORMS + ")", malformed);
        }
    }
}
