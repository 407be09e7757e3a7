package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.file.Path;

/**
 * Where a peer is reached: a socket file on this machine or a host and port.
 *
 * <p>The text form, which {@link #parse} reads and {@code toString} writes, is {@code unix:/path} or
 * {@code tcp://host:port}; an IPv6 host stands in brackets, as in {@code tcp://[::1]:4000}.
 */
public sealed interface Address {

    /** A Unix domain socket. The path may be relative; its length is checked where it is used. */
    record Unix(Path path) implements Address {

        public Unix {
            checkArgument(!path.toString().isEmpty(), "path: '' (expected: the path of a socket file)");
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A TCP port.
     *
     * @param host a name or a literal address, an IPv6 one without brackets
     * @param port 0 to 65535; 0 asks for a free port when listening
     */
    record Tcp(String host, int port) implements Address {

        public Tcp {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
        }

        @Override
        public String toString() {
            return "tcp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Reads the text form of an address.
     *
     * @throws IllegalArgumentException if the text is none, naming it and the forms there are
     */
    static Address parse(String text) {
        if (text.startsWith("unix:") && text.length() > 5) {
            return new Unix(Path.of(text.substring(5)));
        }
        if (text.startsWith("tcp://")) {
            String rest = text.substring(6);
            int colon = rest.lastIndexOf(':');
            if (colon > 0 && rest.indexOf('/') < 0) {
                String host = rest.substring(0, colon);
                boolean bracketed = host.startsWith("[") && host.endsWith("]");
                if (bracketed || host.indexOf(':') < 0) {
                    return new Tcp(
                            bracketed ? host.substring(1, host.length() - 1) : host,
                            port(text, rest.substring(colon + 1)));
                }
            }
        }
        throw new IllegalArgumentException("address: '" + text + "' (expected: unix:/path or tcp://host:port)");
    }

    private static int port(String text, String digits) {
        checkArgument(
                digits.length() >= 1
                        && digits.length() <= 5
                        && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9'),
                "address: '%s' has the port '%s' (expected: 0 to 65535)",
                text,
                digits);
        return Integer.parseInt(digits);
    }
}
