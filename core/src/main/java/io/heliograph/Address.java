package io.heliograph;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.internal.HostAndPort;
import io.heliograph.internal.Printable;
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
     * @param host host name or IP address, not empty; the brackets around an IPv6 address are removed
     * @param port 0 to 65535; {@code listen} binds a free port for 0
     */
    record Tcp(String host, int port) implements Address {

        public Tcp {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
                host = host.substring(1, host.length() - 1);
            }
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
        }

        /**
         * Returns the address as a URL without a path, such as {@code ws://[::1]:8000}.
         *
         * @param scheme scheme of the URL, without a colon
         */
        public String url(String scheme) {
            return scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host.replace("%", "%25") + "]" : host) + ":" + port;
        }

        @Override
        public String toString() {
            return "tcp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Parses the string form of an address. A host is read as in a URL, see {@link io.heliograph.transport.WebSocketUrl}.
     *
     * @throws IllegalArgumentException if {@code address} is neither {@code unix:/path} nor {@code tcp://host:port}
     */
    static Address parse(String address) {
        String text = address.strip();
        if (text.regionMatches(true, 0, "unix:", 0, 5) && text.length() > 5) {
            return new Unix(Path.of(text.substring(5)));
        }
        if (text.regionMatches(true, 0, "tcp://", 0, 6)) {
            try {
                return tcp(text.substring(6));
            } catch (IllegalArgumentException unsupported) {
                throw new IllegalArgumentException(
                        "address: '" + Printable.of(address, 200) + "': " + unsupported.getMessage(), unsupported);
            }
        }
        throw new IllegalArgumentException(
                "address: '" + Printable.of(address, 200) + "' (expected: unix:/path or tcp://host:port)");
    }

    private static Tcp tcp(String hostAndPort) {
        for (char c : new char[] {'/', '?', '#', '\\'}) {
            checkArgument(hostAndPort.indexOf(c) < 0, "a '%s' after the port (expected: tcp://host:port alone)", c);
        }
        HostAndPort parsed = HostAndPort.parse(hostAndPort);
        checkArgument(parsed.port() != HostAndPort.NO_PORT, "no port (expected: tcp://host:port, 0 to 65535)");
        return new Tcp(parsed.scopedHost(), parsed.port());
    }
}
