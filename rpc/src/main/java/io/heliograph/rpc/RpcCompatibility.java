package io.heliograph.rpc;

/** Defaults of an original that differ from the defaults of this library; see {@code docs/compat/rpc.md}. */
public enum RpcCompatibility {

    /**
     * The npm package {@code rpc-websockets} 10: messages up to 100 MiB, all addresses, all origins, exception messages exposed to clients,
     * subscriptions that outlive a login.
     */
    RPC_WEBSOCKETS_10,

    /**
     * {@code msgpack-rpc-websockets} 1 and {@code rpc-websockets} before 9.1.2: in addition, a namespace emits to all its sockets,
     * subscribed or not.
     */
    MSGPACK_RPC_WEBSOCKETS_1
}
