package io.heliograph.http;

/** Handler of ordinary HTTP requests. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Returns the response to a request. Runs on a virtual thread of its own and may block. An exception is reported and answered
     * with 500.
     */
    HttpResponse handle(HttpRequest request) throws Exception;
}
