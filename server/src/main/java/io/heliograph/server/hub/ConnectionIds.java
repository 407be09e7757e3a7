package io.heliograph.server.hub;

import java.security.SecureRandom;
import java.util.Map;

/** Random ids of connections, with a prefix for each protocol. Thread-safe. */
final class ConnectionIds {

    private static final char[] CHARACTERS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int LENGTH = 8;
    private static final Map<String, String> PREFIXES =
            Map.of("socketcluster", "sc", "rpc", "rpc", "ipc", "ipc", "channel", "ch", "socket", "so", "http", "http");

    private final SecureRandom random = new SecureRandom();

    String next(String protocol) {
        StringBuilder id = new StringBuilder(PREFIXES.getOrDefault(protocol, protocol)).append('-');
        for (int i = 0; i < LENGTH; i++) {
            id.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return id.toString();
    }
}
