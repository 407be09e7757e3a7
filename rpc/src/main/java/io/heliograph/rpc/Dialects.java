package io.heliograph.rpc;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;

/** Both dialects of an endpoint, and how to tell which one a message is in. */
final class Dialects {

    final JsonDialect json;
    final MsgpackDialect msgpack;

    Dialects(Codec msgpack, int maxDepth, int maxMessageBytes) {
        this.json = new JsonDialect(Codec.named("json"), maxDepth, maxMessageBytes);
        this.msgpack = new MsgpackDialect(msgpack, maxDepth, maxMessageBytes);
    }

    Dialect of(RpcCodec codec) {
        return codec == RpcCodec.JSON ? json : msgpack;
    }

    /**
     * What a message is in. A text is JSON; other bytes are told by the first of them, and where that says nothing by what the
     * connection speaks.
     *
     * @param spoken what the connection speaks
     */
    Dialect of(Frame message, Dialect spoken) {
        if (message.isText()) {
            return json;
        }
        byte first = JsonDialect.first(message);
        if (first == '{' || first == '[') {
            return json;
        }
        return msgpack.isObject(message) || msgpack.isArray(message) ? msgpack : spoken;
    }
}
