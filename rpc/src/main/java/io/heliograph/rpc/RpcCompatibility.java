package io.heliograph.rpc;

/** The behaviour of an original where it is less careful than ours; see the table in {@code docs/rpc.md}. */
public enum RpcCompatibility {

    /** The npm package {@code rpc-websockets} 10: messages up to 100 MiB, any origin, the text of exceptions sent to clients. */
    RPC_WEBSOCKETS_10,

    /**
     * {@code msgpack-rpc-websockets} 1 and {@code rpc-websockets} before 9.1.2: besides, what a namespace emits goes to all its
     * sockets, subscribed or not.
     */
    MSGPACK_RPC_WEBSOCKETS_1
}
