package io.heliograph.rpc.server;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event that is encoded at most once per dialect, for the first subscriber that needs the dialect. Not thread-safe. */
final class EncodedEvent {

    private final String event;
    private final @Nullable Object[] args;
    private final boolean serverWide;
    private @Nullable Frame json;
    private @Nullable Frame msgpack;
    private @Nullable CodecException failure;

    /**
     * Creates an event.
     *
     * @param serverWide whether the event goes to all namespaces; then a single object or array is not wrapped in an array
     */
    EncodedEvent(String event, @Nullable Object[] args, boolean serverWide) {
        for (Object arg : args) {
            Values.check("argument of '" + event + "'", arg);
        }
        this.event = event;
        this.args = args;
        this.serverWide = serverWide;
    }

    String name() {
        return event;
    }

    boolean isServerWide() {
        return serverWide;
    }

    /** Returns the failure to encode the event, or null. */
    @Nullable
    CodecException failure() {
        return failure;
    }

    /** Returns the encoded event, or null if the event cannot be encoded. */
    @Nullable
    Frame in(Dialect dialect) {
        Frame known = dialect.isJson() ? json : msgpack;
        if (known != null || failure != null) {
            return known;
        }
        try {
            Frame encoded = dialect.event(event, params(dialect));
            if (dialect.isJson()) {
                json = encoded;
            } else {
                msgpack = encoded;
            }
            return encoded;
        } catch (CodecException e) {
            failure = e;
            return null;
        }
    }

    private Frame params(Dialect dialect) {
        List<Frame> encoded = new ArrayList<>();
        for (Object arg : args) {
            encoded.add(dialect.encode(arg));
        }
        if (serverWide && encoded.size() == 1) {
            Frame only = encoded.get(0);
            if (dialect.isObject(only) || dialect.isArray(only)) {
                return only;
            }
        }
        return dialect.array(encoded);
    }
}
