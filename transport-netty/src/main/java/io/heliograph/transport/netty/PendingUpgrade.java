package io.heliograph.transport.netty;

import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.websocket.WebSocketHandshake;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request for a WebSocket that waits for its response. Thread-safe; the first decision counts. */
final class PendingUpgrade implements HttpAcceptHandler.Upgrade {

    private final HttpConnection connection;
    private final HttpRequest request;
    private final Optional<List<String>> protocols;
    private final AtomicBoolean decided = new AtomicBoolean();

    PendingUpgrade(HttpConnection connection, HttpRequest request) {
        this.connection = connection;
        this.request = request;
        this.protocols = WebSocketHandshake.protocols(request.headers());
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public List<String> protocols() {
        return protocols.orElse(List.of());
    }

    @Override
    public @Nullable HttpResponse refusal(WebSocketOptions options) {
        return WebSocketHandshake.objection(
                request.headers(), options.compression().isPresent());
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void accept(WebSocketOptions options, @Nullable String protocol, Function<Link, LinkHandler> opened) {
        if (decided.compareAndSet(false, true)) {
            connection.loop().runLater(() -> open(options, protocol, opened));
        }
    }

    private void open(WebSocketOptions options, @Nullable String protocol, Function<Link, LinkHandler> opened) {
        HttpHeaders asked = request.headers();
        Optional<String> extensions =
                options.compression().isEmpty() ? Optional.empty() : WebSocketHandshake.acceptDeflate(asked);
        WebSocketLink.Agreed agreed = new WebSocketLink.Agreed(
                true,
                options,
                protocol,
                extensions.isEmpty()
                        ? null
                        : connection.connections().deflate(options.compression().orElseThrow()),
                true);
        WebSocketLink link = connection.becomeWebSocket(
                connection.connections().shared(agreed), WebSocketHandshake.accepted(asked, protocol, extensions));
        if (link != null) {
            link.open(() -> opened.apply(link));
            connection.handOver(link);
        }
    }

    @Override
    public void refuse(HttpResponse response) {
        if (decided.compareAndSet(false, true)) {
            connection.loop().runLater(() -> connection.refuseUpgrade(response));
        }
    }
}
