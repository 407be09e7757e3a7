package io.heliograph.transport;

import io.heliograph.Address;
import javax.net.ssl.SSLEngine;

/** Creates the configured TLS engine of a link, before its handshake. */
@FunctionalInterface
public interface Tls {

    /**
     * Creates an engine for one link.
     *
     * @param peer the remote address
     * @param server whether this side accepted the connection
     */
    SSLEngine engine(Address peer, boolean server);
}
