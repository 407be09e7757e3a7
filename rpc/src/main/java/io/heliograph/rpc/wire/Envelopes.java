package io.heliograph.rpc.wire;

import org.jspecify.annotations.Nullable;

/** Envelopes of protocol messages, one per dialect, created on demand. Not thread-safe. */
public final class Envelopes {

    private final String[] names;
    private @Nullable Envelope json;
    private @Nullable Envelope msgpack;

    /** @param names members to find */
    public Envelopes(String... names) {
        this.names = names.clone();
    }

    public Envelope of(Dialect dialect) {
        Envelope known = dialect.isJson() ? json : msgpack;
        if (known == null) {
            known = dialect.envelope(names);
            if (dialect.isJson()) {
                json = known;
            } else {
                msgpack = known;
            }
        }
        return known;
    }
}
