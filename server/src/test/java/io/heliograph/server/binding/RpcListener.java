package io.heliograph.server.binding;

import static io.heliograph.testkit.Await.value;

import io.heliograph.Address;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpHeaders;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.server.RpcProtocol;
import io.heliograph.testkit.RawPeer;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Hub with one RPC listener, and connections whose frames the test writes itself. */
final class RpcListener implements AutoCloseable {

    final Hub hub;
    final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final Transports.Lease lease = Transports.acquire();
    private final List<RawPeer> peers = new ArrayList<>();

    private RpcListener(Hub hub) {
        this.hub = hub;
        hub.onError(errors::add);
    }

    static RpcListener start() {
        return start(hub -> {}, rpc -> {});
    }

    static RpcListener start(Consumer<HubBuilder> options, Consumer<RpcProtocol> protocol) {
        return start("ws://127.0.0.1:0/rpc", options, protocol);
    }

    static RpcListener start(String url, Consumer<HubBuilder> options, Consumer<RpcProtocol> protocol) {
        RpcProtocol rpc = Protocols.rpc();
        protocol.accept(rpc);
        HubBuilder builder = Hub.builder().listen(url, rpc).daemon(true);
        options.accept(builder);
        RpcListener started = new RpcListener(builder.build());
        value(started.hub.start());
        return started;
    }

    String url() {
        return hub.listeners().get(0).url();
    }

    /** Connects to a namespace, such as {@code /chat}, or to the default one with the empty string. */
    RawPeer open(String namespace, String... headers) {
        WebSocketTarget target = WebSocketTarget.of(URI.create(url() + namespace), Optional.empty());
        if (headers.length > 0) {
            target = target.withHeaders(HttpHeaders.of(Map.of(headers[0], headers[1])));
        }
        return add(RawPeer.connect(lease.transport(), target, WebSocketOptions.defaults()));
    }

    RawPeer openUnix() {
        return add(RawPeer.connect(lease.transport(), Address.parse(url()), LinkOptions.of(Framing.fourByteLength())));
    }

    private RawPeer add(RawPeer peer) {
        peers.add(peer);
        return peer;
    }

    static String call(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + ",\"id\":" + id + "}";
    }

    static String result(int id, String result) {
        return "{\"jsonrpc\":\"2.0\",\"result\":" + result + ",\"id\":" + id + "}";
    }

    static String error(int id, int code, String message, String data) {
        return "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\",\"data\":" + data
                + "},\"id\":" + id + "}";
    }

    static String event(String name, String params) {
        return "{\"notification\":\"" + name + "\",\"params\":" + params + "}";
    }

    @Override
    public void close() {
        peers.forEach(RawPeer::close);
        hub.close();
        value(hub.closed());
        lease.release();
    }
}
