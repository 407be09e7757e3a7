package io.heliograph.realtime;

/** A named set of defaults for the migration from another server. */
public enum Compatibility {

    /**
     * Defaults of {@code socketcluster-server} 20: every origin, messages up to 100 MiB, no limits for rates, channels, names,
     * batches, queued bytes and decision times. Tokens expire only when the client sends. Closing the server disconnects its
     * clients without a close frame.
     */
    SOCKETCLUSTER_20
}
