package io.heliograph.rpc.wire;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.RpcCodec;
import org.jspecify.annotations.Nullable;

/** Both dialects of an endpoint, and the detection of a message's dialect. */
public final class Dialects {

    private final Dialect json;
    private final Dialect msgpack;

    /**
     * Creates both dialects.
     *
     * @param msgpack null for the codec named {@code msgpack}
     * @throws IllegalStateException if a codec is missing
     */
    public Dialects(@Nullable Codec msgpack, int maxDepth, int maxMessageBytes) {
        this.json = new JsonDialect(Codec.named("json"), maxDepth, maxMessageBytes);
        this.msgpack =
                new MsgpackDialect(msgpack == null ? Codec.named("msgpack") : msgpack, maxDepth, maxMessageBytes);
    }

    public Dialect json() {
        return json;
    }

    public Dialect msgpack() {
        return msgpack;
    }

    public Dialect of(RpcCodec codec) {
        return codec == RpcCodec.JSON ? json : msgpack;
    }

    /**
     * Detects the dialect of a message. A text message is JSON; the first byte of a binary message decides.
     *
     * @param fallback dialect for an ambiguous first byte
     */
    public Dialect of(Frame message, Dialect fallback) {
        if (message.isText() || json.isObject(message) || json.isArray(message)) {
            return json;
        }
        return msgpack.isObject(message) || msgpack.isArray(message) ? msgpack : fallback;
    }
}
