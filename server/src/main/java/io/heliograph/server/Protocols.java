package io.heliograph.server;

/** Protocols of listeners. */
public final class Protocols {

    private Protocols() {}

    /** SocketCluster, at {@code ws://HOST:PORT/socketcluster/}. */
    public static SocketClusterProtocol socketCluster() {
        return new SocketClusterProtocol();
    }

    /** RPC with JSON or MessagePack, at {@code ws://HOST:PORT/rpc} or {@code unix:PATH}. */
    public static RpcProtocol rpc() {
        return new RpcProtocol();
    }

    /** HTTP API and server-sent events, at {@code http://HOST:PORT/api}. */
    public static HttpProtocol http() {
        return new HttpProtocol();
    }

    /** Statistics, metrics, commands and the dashboard for operators, at {@code http://127.0.0.1:PORT}. */
    public static ManagementProtocol management() {
        return new ManagementProtocol();
    }

    /** IPC topics, at {@code unix:PATH}. */
    public static IpcProtocol ipc() {
        return new IpcProtocol();
    }

    /** Message channel, at {@code channel:NAME}. */
    public static ChannelProtocol messageChannel() {
        return new ChannelProtocol();
    }

    /** Typed socket, at {@code tcp://HOST:PORT}. */
    public static SocketProtocol socket() {
        return new SocketProtocol();
    }
}
