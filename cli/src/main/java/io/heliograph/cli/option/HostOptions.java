package io.heliograph.cli.option;

import io.heliograph.Address;
import io.heliograph.internal.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Address that a server binds: loopback, unless clients authenticate or anonymous clients are allowed. */
public final class HostOptions {

    private static final String DEFAULT = "127.0.0.1";

    @Option(
            order = 2,
            names = "--host",
            paramLabel = "HOST",
            defaultValue = DEFAULT,
            description = "Address to bind, such as 0.0.0.0 for all (default: ${DEFAULT-VALUE}, this machine only).")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Option(
            order = 3,
            names = "--allow-anonymous",
            description = "Serves clients of other machines without authentication.")
    boolean allowAnonymous;

    /** Whether clients of other machines are served without authentication. */
    public boolean allowsAnonymous() {
        return allowAnonymous;
    }

    /** Returns the address to bind, an IPv6 address without brackets. */
    public String address() {
        return HostAndPort.host(host).host();
    }

    /** Returns the URL of a port of the address, without a path; the default address is {@code localhost}. */
    public String url(String scheme, int port) {
        String address = address();
        return new Address.Tcp(address.equals(DEFAULT) ? "localhost" : address, port).url(scheme);
    }

    /** Whether only this machine reaches the address. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(address()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // cannot be bound, which is reported then
        }
    }

    /**
     * Checks that other machines reach this server with authentication only.
     *
     * @param authenticated whether clients authenticate
     * @param option option that lets clients authenticate
     * @throws IllegalArgumentException if clients of other machines need no authentication
     */
    public void check(boolean authenticated, String option) {
        if (!authenticated && !allowAnonymous && !isLoopback()) {
            throw new IllegalArgumentException("--host " + host
                    + ": other machines would need no authentication (expected: " + option + ", or --allow-anonymous)");
        }
    }
}
