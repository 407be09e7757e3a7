package io.heliograph.rpc;

/** Encoding of sent messages. Endpoints of this library read both encodings. */
public enum RpcCodec {

    /** JSON-RPC 2.0 in text messages of a WebSocket. */
    JSON,

    /** The same members as MessagePack in binary messages. */
    MSGPACK
}
