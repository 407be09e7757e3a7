package io.heliograph.rpc;

/** How messages are written. A peer of this library reads both, whatever it writes. */
public enum RpcCodec {

    /** JSON-RPC 2.0, in text messages of a WebSocket. */
    JSON,

    /** The same members as MessagePack, in binary messages. */
    MSGPACK
}
