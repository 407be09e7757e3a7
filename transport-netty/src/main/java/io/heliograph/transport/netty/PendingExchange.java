package io.heliograph.transport.netty;

import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request that waits for its response. Thread-safe; the first response counts. */
final class PendingExchange implements HttpAcceptHandler.Exchange {

    private final HttpConnection connection;
    private final HttpRequest request;
    private final AtomicBoolean answered = new AtomicBoolean();

    PendingExchange(HttpConnection connection, HttpRequest request) {
        this.connection = connection;
        this.request = request;
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
    public void answer(HttpResponse response) {
        if (answered.compareAndSet(false, true)) {
            // Not now: a handler may answer within its call.
            connection.loop().runLater(() -> connection.respond(request, response));
        }
    }
}
