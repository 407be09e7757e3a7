package io.heliograph.rpc.client;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpHeaders;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What the builder of a client collects. */
public final class ClientOptions {

    private final @Nullable URI url;
    private final @Nullable Address address;
    final String target;

    public RpcCodec codec = RpcCodec.JSON;

    public @Nullable Codec msgpack;

    public @Nullable Tls tls;

    public HttpHeaders headers = HttpHeaders.empty();
    public List<String> protocols = List.of();
    public boolean reconnect = true;
    public Delay reconnectDelay = Delay.fixed(Duration.ofSeconds(1));
    public int maxReconnects = 5;
    public boolean restore;

    public @Nullable BiFunction<String, @Nullable Object, Object> requestIds;

    public Duration callTimeout = Duration.ZERO;
    public int maxPendingCalls = 1 << 16;
    public Duration connectTimeout = Duration.ofSeconds(20);
    public Duration pingInterval = Duration.ofSeconds(30);
    public Duration linger = Duration.ofSeconds(5);
    public Dispatch dispatch = Dispatch.virtual();
    public boolean compression;
    public int maxMessageBytes = 1 << 20;
    public int maxQueuedBytes = 16 << 20;

    // Set by tests; otherwise the transport that the process shares, and its next loop.
    public @Nullable Transport transport;

    public @Nullable EventLoop loop;

    public ClientOptions(URI url) {
        checkArgument(
                url.getHost() != null && ("ws".equals(url.getScheme()) || "wss".equals(url.getScheme())),
                "url: '%s' (expected: ws://host:port/path or wss://host:port/path)",
                url);
        this.url = url;
        this.address = null;
        this.target = "/";
    }

    public ClientOptions(Address address, String target) {
        this.url = null;
        this.address = address;
        this.target = target;
    }

    private ClientOptions(ClientOptions from) {
        url = from.url;
        address = from.address;
        target = from.target;
        codec = from.codec;
        msgpack = from.msgpack;
        tls = from.tls;
        headers = from.headers;
        protocols = from.protocols;
        reconnect = from.reconnect;
        reconnectDelay = from.reconnectDelay;
        maxReconnects = from.maxReconnects;
        restore = from.restore;
        requestIds = from.requestIds;
        callTimeout = from.callTimeout;
        maxPendingCalls = from.maxPendingCalls;
        connectTimeout = from.connectTimeout;
        pingInterval = from.pingInterval;
        linger = from.linger;
        dispatch = from.dispatch;
        compression = from.compression;
        maxMessageBytes = from.maxMessageBytes;
        maxQueuedBytes = from.maxQueuedBytes;
        transport = from.transport;
        loop = from.loop;
    }

    public ClientOptions copy() {
        return new ClientOptions(this);
    }

    /** Whether the first frame has to say where it wants to go. */
    boolean isPlain() {
        return address != null;
    }

    Transport.Attempt connect(Transport by, EventLoop on, Transport.ConnectHandler handler) {
        if (address != null) {
            LinkOptions links = LinkOptions.of(Framing.fourByteLength())
                    .withMaxFrameBytes(maxMessageBytes)
                    .withQueue(maxQueuedBytes, Overflow.REFUSE)
                    .withConnectTimeout(connectTimeout);
            return by.connect(address, on, tls == null ? links : links.withTls(tls), handler);
        }
        return by.connect(webSocket(), on, webSocketOptions(), handler);
    }

    /** Where to ask for a WebSocket; fails as the builder is to fail. */
    WebSocketTarget webSocket() {
        if (url == null) {
            throw new IllegalStateException("no URL");
        }
        return WebSocketTarget.of(url, Optional.ofNullable(tls))
                .withHeaders(headers)
                .withProtocols(protocols)
                .withConnectTimeout(connectTimeout);
    }

    private WebSocketOptions webSocketOptions() {
        WebSocketOptions plain = WebSocketOptions.defaults()
                .withMaxMessageBytes(maxMessageBytes)
                .withQueue(maxQueuedBytes, Overflow.REFUSE)
                .withPingInterval(pingInterval);
        return compression ? plain.withCompression(WebSocketOptions.Compression.defaults()) : plain;
    }

    @Override
    public String toString() {
        return address == null ? webSocket().toString() : address + target;
    }
}
