package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketHandshake;
import io.heliograph.websocket.WebSocketHandshake.Agreement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An HTTP port of an {@link InMemoryTransport}; requests and responses are passed as objects. */
final class InMemoryWebPort extends InMemoryPort {

    private static final int BODY = 1024;
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private final InMemoryTransport transport;
    private final @Nullable EventLoop loop;
    private final HttpOptions options;
    private final HttpAcceptHandler handler;

    InMemoryWebPort(
            InMemoryTransport transport,
            Address address,
            @Nullable EventLoop loop,
            HttpOptions options,
            HttpAcceptHandler handler) {
        super(transport, address);
        this.transport = transport;
        this.loop = loop;
        this.options = options;
        this.handler = handler;
    }

    private EventLoop nextLoop() {
        return loop == null ? transport.nextLoop() : loop;
    }

    // ---- ordinary requests

    CompletableFuture<HttpResponse> request(HttpRequest request) {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        EventLoop assigned = nextLoop();
        assigned.execute(() -> handler.request(new HttpAcceptHandler.Exchange() {
            @Override
            public HttpRequest request() {
                return request;
            }

            @Override
            public EventLoop loop() {
                return assigned;
            }

            @Override
            public void answer(HttpResponse response) {
                answer.complete(response);
            }
        }));
        return answer;
    }

    // ---- requests for a WebSocket

    /** Requests a WebSocket; the attempt receives the outcome on its event loop. */
    void ask(InMemoryAttempt attempt, WebSocketTarget target, WebSocketOptions asking) {
        HttpHeaders headers = WebSocketHandshake.request(
                        KEY, target.protocols(), asking.compression().isPresent())
                .with("Host", target.host());
        for (var field : target.headers().map().entrySet()) {
            for (String value : field.getValue()) {
                headers = headers.with(field.getKey(), value);
            }
        }
        HttpRequest request =
                new HttpRequest("GET", target.target(), headers, transport.from(address()), false, Frame.empty());
        EventLoop own = nextLoop();
        execute(own, () -> {
            int limit = options.maxConnections();
            if (openConnections() >= limit) {
                handler.failed(new QueueFullException(limit + " connections are open", limit));
                execute(attempt.loop, () -> attempt.fail(InMemoryTransport.unreachable("ECONNRESET", address())));
            } else {
                handler.upgrade(new Asked(attempt, target, asking, request, own));
            }
        });
    }

    private static void execute(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException closed) {
            // The transport was closed, and the attempt with it.
        }
    }

    /** A request that waits for its response. */
    private final class Asked implements HttpAcceptHandler.Upgrade {

        private final InMemoryAttempt attempt;
        private final WebSocketTarget target;
        private final WebSocketOptions asking;
        private final HttpRequest request;
        private final EventLoop own;
        private final AtomicBoolean decided = new AtomicBoolean();

        Asked(
                InMemoryAttempt attempt,
                WebSocketTarget target,
                WebSocketOptions asking,
                HttpRequest request,
                EventLoop own) {
            this.attempt = attempt;
            this.target = target;
            this.asking = asking;
            this.request = request;
            this.own = own;
        }

        @Override
        public HttpRequest request() {
            return request;
        }

        @Override
        public EventLoop loop() {
            return own;
        }

        @Override
        public List<String> protocols() {
            return WebSocketHandshake.protocols(request.headers()).orElse(List.of());
        }

        @Override
        public @Nullable HttpResponse refusal(WebSocketOptions chosen) {
            return WebSocketHandshake.objection(
                    request.headers(), chosen.compression().isPresent());
        }

        @Override
        public boolean isOpen() {
            return !attempt.isOver();
        }

        @Override
        public void refuse(HttpResponse response) {
            if (decided.compareAndSet(false, true)) {
                String body = response.body().utf8();
                UpgradeRefusedException refused = new UpgradeRefusedException(
                        target.toString(), response.status(), body.substring(0, Math.min(BODY, body.length())));
                execute(attempt.loop, () -> attempt.fail(refused));
            }
        }

        @Override
        public void accept(WebSocketOptions chosen, @Nullable String protocol, Function<Link, LinkHandler> opened) {
            if (decided.compareAndSet(false, true)) {
                execute(own, () -> open(chosen, protocol, opened));
            }
        }

        private void open(WebSocketOptions chosen, @Nullable String protocol, Function<Link, LinkHandler> opened) {
            if (attempt.isOver()) {
                return;
            }
            Optional<String> extensions = chosen.compression().isEmpty()
                    ? Optional.empty()
                    : WebSocketHandshake.acceptDeflate(request.headers());
            Pipe there = transport.pipe();
            Pipe back = transport.pipe();
            InMemoryWebSocket called = new InMemoryWebSocket(
                    transport,
                    own,
                    new InMemoryWebSocket.Peer(request.peer(), transport.credentials(address())),
                    true,
                    chosen,
                    Optional.ofNullable(protocol),
                    extensions.isPresent() ? deflate(chosen) : null,
                    transport.chunkBytes(),
                    there,
                    back);
            InMemoryWebSocket caller = new InMemoryWebSocket(
                    transport,
                    attempt.loop,
                    new InMemoryWebSocket.Peer(address(), transport.credentials(address())),
                    false,
                    asking,
                    Optional.ofNullable(protocol),
                    extensions.isPresent() ? deflate(asking) : null,
                    transport.chunkBytes(),
                    back,
                    there);
            transport.join(caller, called, address());
            accepted(called);
            called.start(opened.apply(called));
            HttpHeaders answer = WebSocketHandshake.accepted(request.headers(), protocol, extensions);
            execute(attempt.loop, () -> answered(answer, caller));
        }

        private void answered(HttpHeaders answer, InMemoryWebSocket caller) {
            try {
                Agreement agreement = WebSocketHandshake.validate(
                        answer, KEY, target.protocols(), asking.compression().isPresent());
                if (agreement.protocol().equals(caller.protocol())) {
                    attempt.connected(caller);
                }
            } catch (ProtocolViolationException broken) {
                caller.cut();
                attempt.fail(new UnreachableException("connect to " + target + ": " + broken.getMessage(), broken));
            }
        }

        private static MessageDeflate deflate(WebSocketOptions of) {
            WebSocketOptions.Compression compression = of.compression().orElseThrow();
            return new MessageDeflate(compression.threshold(), compression.level());
        }
    }
}
