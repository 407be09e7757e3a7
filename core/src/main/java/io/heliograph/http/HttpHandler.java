package io.heliograph.http;

/** Answers ordinary requests of HTTP. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * The response to a request. Called on a virtual thread of its own, so it may block; what it throws is logged and answered
     * with 500.
     */
    HttpResponse handle(HttpRequest request) throws Exception;
}
