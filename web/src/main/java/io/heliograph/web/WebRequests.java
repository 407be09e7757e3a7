package io.heliograph.web;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.websocket.WebSocketHandshake;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Brings the requests of a server to whom their paths belong to, and counts them. */
final class WebRequests implements HttpAcceptHandler {

    private static final ThreadFactory THREADS =
            Thread.ofVirtual().name("heliograph-http-", 0).factory();
    private static final HttpResponse ERROR = HttpResponse.text(500, "Internal Server Error");
    private static final HttpResponse CLOSING = HttpResponse.text(503, "Service Unavailable");

    private final WebServer server;
    private final Routes<HttpHandler> handlers;
    private final Routes<Consumer<Upgrade>> endpoints;

    private final LongAdder received = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder answeredBytes = new LongAdder();
    private final LongAdder overflowed = new LongAdder();
    private final LongAdder failed = new LongAdder();

    WebRequests(WebServer server, Routes<HttpHandler> handlers, Routes<Consumer<Upgrade>> endpoints) {
        this.server = server;
        this.handlers = handlers;
        this.endpoints = endpoints;
    }

    @Override
    public void request(Exchange exchange) {
        HttpRequest request = exchange.request();
        received.increment();
        receivedBytes.add(request.body().length());
        HttpHandler handler = handlers.find(request.path());
        if (server.isClosing()) {
            answer(exchange, CLOSING);
        } else if (handler == null) {
            answer(exchange, server.fallback());
        } else {
            THREADS.newThread(() -> answer(exchange, handled(handler, request))).start();
        }
    }

    private HttpResponse handled(HttpHandler handler, HttpRequest request) {
        try {
            return handler.handle(request);
        } catch (Throwable failure) {
            server.report("the handler of " + request + " failed", failure);
            return ERROR;
        }
    }

    private void answer(Exchange exchange, HttpResponse response) {
        answered.increment();
        answeredBytes.add(response.body().length());
        exchange.answer(response);
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        Consumer<Upgrade> endpoint = endpoints.find(upgrade.request().path());
        if (server.isClosing()) {
            upgrade.refuse(WebSocketHandshake.refusal(503, "Service Unavailable"));
        } else if (endpoint == null) {
            upgrade.refuse(WebSocketHandshake.refusal(400, "Bad Request"));
        } else {
            try {
                endpoint.accept(upgrade);
            } catch (Throwable failure) {
                server.report("the endpoint of " + upgrade.request() + " failed", failure);
                upgrade.refuse(WebSocketHandshake.refusal(500, "Internal Server Error"));
            }
        }
    }

    @Override
    public void failed(HeliographException cause) {
        (cause instanceof QueueFullException ? overflowed : failed).increment();
        server.report("a connection could not be accepted", cause);
    }

    EndpointStats stats(int open, long accepted) {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        count(drops, DropReason.TOO_MANY_CONNECTIONS, overflowed);
        count(drops, DropReason.ACCEPT_FAILED, failed);
        return new EndpointStats(
                open, accepted, received.sum(), answered.sum(), receivedBytes.sum(), answeredBytes.sum(), 0, drops);
    }

    private static void count(Map<DropReason, Long> drops, DropReason reason, LongAdder counter) {
        if (counter.sum() > 0) {
            drops.put(reason, counter.sum());
        }
    }
}
