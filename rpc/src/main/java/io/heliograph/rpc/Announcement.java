package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event on its way to its subscribers, encoded once for each dialect that one of them speaks. For one thread. */
final class Announcement {

    private final Dialects dialects;
    private final String event;
    private final @Nullable Object[] args;
    private final boolean across;
    private @Nullable Frame json;
    private @Nullable Frame msgpack;
    private @Nullable CodecException failure;

    /**
     * @param across whether it goes to all namespaces; then a single object or array is the parameters by itself
     */
    Announcement(Dialects dialects, String event, @Nullable Object[] args, boolean across) {
        this.dialects = dialects;
        this.event = event;
        this.args = args;
        this.across = across;
    }

    boolean acrossNamespaces() {
        return across;
    }

    /** Reports what could not be encoded, if anything. */
    void reportTo(ServerCore core) {
        CodecException failed = failure;
        if (failed != null) {
            core.counters.drop(DropReason.ENCODE_ERROR, 1);
            core.errors.report(failed);
        }
    }

    /** The frame for those who speak a dialect; null if there is none. */
    @Nullable
    Frame in(Dialect dialect) {
        Frame known = dialect == dialects.json ? json : msgpack;
        if (known != null || failure != null) {
            return known;
        }
        try {
            Frame made = dialect.event(event, params(dialect));
            if (dialect == dialects.json) {
                json = made;
            } else {
                msgpack = made;
            }
            return made;
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
        if (across && encoded.size() == 1) {
            Frame only = encoded.get(0);
            if (dialect.isObject(only) || dialect.isArray(only)) {
                return only;
            }
        }
        return dialect.array(encoded);
    }
}
