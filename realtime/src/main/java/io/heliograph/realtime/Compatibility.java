package io.heliograph.realtime;

/** A named set of defaults, for those who come from another server. */
public enum Compatibility {

    /**
     * Exactly what {@code socketcluster-server} 20 does when told nothing: every origin, messages up to 100 MiB, no limits on
     * rates, channels, names, batches, waiting bytes or time to decide, tokens that expire only when there is traffic, sockets cut
     * off without a close frame when the server closes.
     */
    SOCKETCLUSTER_20
}
