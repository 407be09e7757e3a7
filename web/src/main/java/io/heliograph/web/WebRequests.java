package io.heliograph.web;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.Refusals;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.websocket.WebSocketHandshake;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Passes the requests of a server to the handlers and endpoints of their paths, and counts them. Thread-safe. */
final class WebRequests implements HttpAcceptHandler {

    private static final ThreadFactory THREADS =
            Thread.ofVirtual().name("heliograph-http-", 0).factory();
    private static final HttpResponse ERROR = HttpResponse.text(500, "Internal Server Error");
    private static final HttpResponse CLOSING = HttpResponse.text(503, "Service Unavailable");

    private final WebServer server;
    private final Counters counters;
    private final Refusals refusals;
    private final Routes<AsyncHandler> handlers;
    private final Routes<Consumer<Upgrade>> endpoints;

    WebRequests(
            WebServer server,
            Counters counters,
            Refusals refusals,
            Routes<AsyncHandler> handlers,
            Routes<Consumer<Upgrade>> endpoints) {
        this.server = server;
        this.counters = counters;
        this.refusals = refusals;
        this.handlers = handlers;
        this.endpoints = endpoints;
    }

    @Override
    public @Nullable HttpResponse refusal(HttpRequest head) {
        AsyncHandler handler = handlers.find(head.path());
        HttpResponse refusal =
                server.isClosing() ? CLOSING : handler == null ? server.fallback() : refusal(handler, head);
        if (refusal != null) {
            counters.received(0);
            counters.sent(refusal.body().length());
        }
        return refusal;
    }

    private @Nullable HttpResponse refusal(AsyncHandler handler, HttpRequest head) {
        try {
            return handler.refusal(head);
        } catch (Throwable failure) {
            server.report(failure);
            return ERROR;
        }
    }

    @Override
    public void request(Exchange exchange) {
        HttpRequest request = exchange.request();
        counters.received(request.body().length());
        AsyncHandler handler = handlers.find(request.path());
        Exchange counted = new CountedExchange(exchange, counters);
        if (server.isClosing()) {
            counted.answer(CLOSING);
        } else if (handler == null) {
            counted.answer(server.fallback());
        } else {
            handle(handler, counted);
        }
    }

    private void handle(AsyncHandler handler, Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (Throwable failure) {
            server.report(failure);
            exchange.answer(ERROR);
        }
    }

    /** Returns a handler that runs another one on a virtual thread for each request. */
    AsyncHandler onVirtualThread(HttpHandler handler) {
        return new AsyncHandler() {
            @Override
            public void handle(Exchange exchange) {
                THREADS.newThread(() -> exchange.answer(WebRequests.this.handle(handler, exchange.request())))
                        .start();
            }

            @Override
            public @Nullable HttpResponse refusal(HttpRequest head) {
                return handler.refusal(head);
            }
        };
    }

    /** Exchange that counts its response. */
    private record CountedExchange(Exchange exchange, Counters counters) implements Exchange {

        @Override
        public HttpRequest request() {
            return exchange.request();
        }

        @Override
        public EventLoop loop() {
            return exchange.loop();
        }

        @Override
        public void answer(HttpResponse response) {
            counters.sent(response.body().length());
            exchange.answer(response);
        }
    }

    private HttpResponse handle(HttpHandler handler, HttpRequest request) {
        try {
            return handler.handle(request);
        } catch (Throwable failure) {
            server.report(failure);
            return ERROR;
        }
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        Consumer<Upgrade> endpoint = endpoints.find(upgrade.request().path());
        Duration window = server.refusing();
        if (window != null) {
            upgrade.refuse(retryAfter(window));
        } else if (server.isClosing()) {
            upgrade.refuse(WebSocketHandshake.refusal(503, "Service Unavailable"));
        } else if (endpoint == null) {
            upgrade.refuse(WebSocketHandshake.refusal(400, "Bad Request"));
        } else {
            try {
                endpoint.accept(upgrade);
            } catch (Throwable failure) {
                server.report(failure);
                upgrade.refuse(WebSocketHandshake.refusal(500, "Internal Server Error"));
            }
        }
    }

    private static HttpResponse retryAfter(Duration window) {
        long seconds = Math.max(1, window.plusNanos(999_999_999).toSeconds());
        long delay = ThreadLocalRandom.current().nextLong(1, seconds + 1);
        return WebSocketHandshake.refusal(503, "Service Unavailable").withHeader("Retry-After", String.valueOf(delay));
    }

    @Override
    public void refused(DropReason reason, Address peer, String value) {
        refusals.refused(reason, peer, value);
    }

    @Override
    public void failed(HeliographException cause) {
        counters.drop(
                cause instanceof QueueFullException ? DropReason.TOO_MANY_CONNECTIONS : DropReason.ACCEPT_FAILED, 1);
        server.report(cause);
    }
}
