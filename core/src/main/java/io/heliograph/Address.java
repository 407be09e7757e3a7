package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.file.Path;

/**
 * Address of a peer: a Unix domain socket, or a host and a TCP port.
 *
 * <p>The string form, read by {@link #parse} and returned by {@code toString}, is {@code unix:/path} or {@code
 * tcp://host:port}. An IPv6 host is in brackets, as in {@code tcp://[::1]:4000}.
 */
public sealed interface Address {

    /**
     * Address of a Unix domain socket.
     *
     * @param path path of the socket file, absolute or relative, not empty; {@code listen} and {@code connect} check
     *     its length
     */
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
     * Address of a TCP port.
     *
     * @param host host name or IP address, not empty; an IPv6 address is without brackets
     * @param port 0 to 65535; {@code listen} binds a free port for 0
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
     * Parses the string form of an address.
     *
     * @throws IllegalArgumentException if {@code address} is neither {@code unix:/path} nor {@code tcp://host:port}
     */
    static Address parse(String address) {
        if (address.startsWith("unix:") && address.length() > 5) {
            return new Unix(Path.of(address.substring(5)));
        }
        if (address.startsWith("tcp://")) {
            String hostAndPort = address.substring(6);
            int colon = hostAndPort.lastIndexOf(':');
            if (colon > 0 && hostAndPort.indexOf('/') < 0) {
                String host = hostAndPort.substring(0, colon);
                boolean bracketed = host.startsWith("[") && host.endsWith("]");
                if (bracketed || host.indexOf(':') < 0) {
                    return new Tcp(
                            bracketed ? host.substring(1, host.length() - 1) : host,
                            port(address, hostAndPort.substring(colon + 1)));
                }
            }
        }
        throw new IllegalArgumentException("address: '" + address + "' (expected: unix:/path or tcp://host:port)");
    }

    private static int port(String address, String digits) {
        checkArgument(
                digits.length() >= 1
                        && digits.length() <= 5
                        && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9'),
                "address: '%s' has the port '%s' (expected: 0 to 65535)",
                address,
                digits);
        return Integer.parseInt(digits);
    }
}
