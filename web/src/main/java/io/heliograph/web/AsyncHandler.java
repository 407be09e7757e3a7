package io.heliograph.web;

import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.HttpAcceptHandler.Exchange;
import org.jspecify.annotations.Nullable;

/** Handler of ordinary HTTP requests that does not block; see {@link WebServer#serveAsync}. */
@FunctionalInterface
public interface AsyncHandler {

    /**
     * Handles a request. Runs on the event loop of the connection and must not block. The response may be given later, on any thread; an
     * exception is reported and answered with 500.
     */
    void handle(Exchange exchange) throws Exception;

    /** As {@link io.heliograph.http.HttpHandler#refusal}. */
    default @Nullable HttpResponse refusal(HttpRequest head) {
        return null;
    }
}
