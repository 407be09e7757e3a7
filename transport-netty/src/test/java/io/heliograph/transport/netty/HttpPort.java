package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An HTTP and WebSocket port that records its requests. */
final class HttpPort implements HttpAcceptHandler {

    static final Address.Tcp ANY = new Address.Tcp("127.0.0.1", 0);

    final BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
    final BlockingQueue<HeliographException> failures = new LinkedBlockingQueue<>();
    final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
    final BlockingQueue<Exchange> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<Upgrade> upgrades = new LinkedBlockingQueue<>();

    /** Handles requests before they are recorded. */
    Consumer<Exchange> onRequest = exchange ->
            exchange.answer(HttpResponse.text(200, exchange.request().toString()));

    /** Refuses requests with a body for their head. */
    Function<HttpRequest, @Nullable HttpResponse> onHead = head -> null;

    Consumer<Upgrade> onUpgrade;

    private final Transport transport;
    private @Nullable Acceptor acceptor;

    private HttpPort(Transport transport, WebSocketOptions options, Supplier<RecordingHandler> handlers) {
        this.transport = transport;
        this.onUpgrade = upgrade -> {
            HttpResponse refusal = upgrade.refusal(options);
            if (refusal != null) {
                upgrade.refuse(refusal);
            } else {
                upgrade.accept(options, upgrade.protocols().stream().findFirst().orElse(null), link -> {
                    RecordingHandler handler = handlers.get().on(link);
                    accepted.add(handler);
                    return handler;
                });
            }
        };
    }

    static HttpPort listen(Transport transport, Address address) {
        return listen(transport, address, HttpOptions.defaults(), WebSocketOptions.defaults(), RecordingHandler::new);
    }

    static HttpPort listen(
            Transport transport,
            Address address,
            HttpOptions http,
            WebSocketOptions options,
            Supplier<RecordingHandler> handlers) {
        HttpPort port = new HttpPort(transport, options, handlers);
        port.acceptor = Sockets.get(transport.listen(address, null, http, port));
        return port;
    }

    Address address() {
        return Objects.requireNonNull(acceptor).address();
    }

    int openConnections() {
        return Objects.requireNonNull(acceptor).openConnections();
    }

    /** Closes gracefully. */
    CompletableFuture<Void> end(Duration timeout) {
        return Objects.requireNonNull(acceptor).end(timeout);
    }

    int port() {
        return ((Address.Tcp) address()).port();
    }

    RecordingHandler next() {
        return Sockets.take(accepted);
    }

    /** The target of a client at some path. */
    WebSocketTarget target(String path) {
        int port = address() instanceof Address.Tcp tcp ? tcp.port() : 1;
        return WebSocketTarget.of(URI.create("ws://127.0.0.1:" + port + path), Optional.empty())
                .withAddress(address());
    }

    RecordingHandler connect(WebSocketTarget target, WebSocketOptions options) {
        return connect(transport, target, options, new RecordingHandler());
    }

    static RecordingHandler connect(
            Transport transport, WebSocketTarget target, WebSocketOptions options, RecordingHandler handler) {
        CompletableFuture<RecordingHandler> done = new CompletableFuture<>();
        transport.connect(target, transport.nextLoop(), options, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                handler.on(link);
                done.complete(handler);
                return handler;
            }

            @Override
            public void failed(HeliographException cause) {
                done.completeExceptionally(cause);
            }
        });
        return Sockets.get(done);
    }

    @Override
    public @Nullable HttpResponse refusal(HttpRequest head) {
        return onHead.apply(head);
    }

    @Override
    public void request(Exchange exchange) {
        requests.add(exchange);
        onRequest.accept(exchange);
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        upgrades.add(upgrade);
        onUpgrade.accept(upgrade);
    }

    @Override
    public void refused(DropReason reason, Address peer, String value) {
        refusals.add(reason + " " + peer.toString().replaceFirst(":\\d+$", "") + " " + value);
    }

    @Override
    public void failed(HeliographException cause) {
        failures.add(cause);
    }
}
