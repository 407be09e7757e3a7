package io.heliograph.rpc.client;

import io.heliograph.Address;
import io.heliograph.Delay;
import io.heliograph.Overflow;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpHeaders;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.transport.WebSocketUrl;
import io.heliograph.unix.ServerCheck;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Options of a client, as its builder collects them. Immutable. */
public record ClientOptions(
        EndpointOptions endpoint,
        Target target,
        Reconnecting reconnecting,
        Calls calls,
        Overflow slowConsumer,
        Duration connectTimeout) {

    /** Server of a client, and the options of the connection. */
    public sealed interface Target {

        /** Connects over a WebSocket. */
        record WebSocket(
                WebSocketUrl url,
                @Nullable ClientTls tls,
                HttpHeaders headers,
                List<String> protocols,
                Duration pingInterval,
                WebSocketOptions.@Nullable Compression compression)
                implements Target {

            @Override
            public String toString() {
                return WebSocketTarget.of(url, Optional.ofNullable(tls)).where();
            }
        }

        /**
         * Connects without HTTP.
         *
         * @param path request target, sent as the first frame
         * @param serverCheck check of the server behind a socket file
         */
        record Plain(Address address, String path, @Nullable ClientTls tls, ServerCheck serverCheck) implements Target {

            @Override
            public String toString() {
                return address + path;
            }
        }
    }

    /**
     * Options of reconnection, which may change at run time.
     *
     * @param maxReconnects consecutive connections and attempts that may end; zero for no limit
     */
    public record Reconnecting(boolean reconnect, Delay delay, int maxReconnects) {}

    /**
     * Options of calls and of the session.
     *
     * @param restore whether login and subscriptions are repeated on a new connection
     * @param recovery whether the client asks for the positions of events
     */
    public record Calls(
            RpcCodec codec,
            @Nullable Codec msgpack,
            @Nullable BiFunction<String, @Nullable Object, Object> requestIds,
            CallOptions defaults,
            int maxPending,
            boolean restore,
            boolean recovery) {}

    /** Validates the combination of options. */
    public ClientOptions {
        if (target instanceof Target.WebSocket webSocket) {
            WebSocketTarget unused = webSocketTarget(webSocket, connectTimeout);
        }
    }

    Transport.Attempt connect(Transport transport, EventLoop loop, Transport.ConnectHandler handler) {
        return switch (target) {
            case Target.Plain(Address address, String path, ClientTls tls, ServerCheck check) -> {
                LinkOptions links = LinkOptions.of(Framing.fourByteLength())
                        .withMaxFrameBytes(endpoint.maxMessageBytes())
                        .withQueue(endpoint.maxQueuedBytes(), slowConsumer)
                        .withConnectTimeout(connectTimeout);
                LinkOptions secured = tls == null ? links : links.withTls(tls);
                yield address instanceof Address.Unix unix && transport.hasSocketFiles()
                        ? check.connect(
                                unix.path(),
                                loop,
                                handler,
                                checked -> transport.connect(address, loop, secured, checked))
                        : transport.connect(address, loop, secured, handler);
            }
            case Target.WebSocket webSocket -> {
                WebSocketOptions options = WebSocketOptions.defaults()
                        .withMaxMessageBytes(endpoint.maxMessageBytes())
                        .withQueue(endpoint.maxQueuedBytes(), slowConsumer)
                        .withPingInterval(webSocket.pingInterval());
                yield transport.connect(
                        webSocketTarget(webSocket, connectTimeout),
                        loop,
                        webSocket.compression() == null ? options : options.withCompression(webSocket.compression()),
                        handler);
            }
        };
    }

    private static WebSocketTarget webSocketTarget(Target.WebSocket webSocket, Duration connectTimeout) {
        return WebSocketTarget.of(webSocket.url(), Optional.ofNullable(webSocket.tls()))
                .withHeaders(webSocket.headers())
                .withProtocols(webSocket.protocols())
                .withConnectTimeout(connectTimeout);
    }
}
