package io.heliograph.transport;

import io.heliograph.Address;
import javax.net.ssl.SSLEngine;

/** Makes the TLS engine of a link, configured and not yet begun. */
@FunctionalInterface
public interface Tls {

    /**
     * A new engine for one link.
     *
     * @param peer what the peer was reached under, or what it calls from
     * @param server whether this side accepted the connection
     */
    SSLEngine engine(Address peer, boolean server);
}
