package io.heliograph.http;

import org.jspecify.annotations.Nullable;

/** Handler of ordinary HTTP requests. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Returns the response to a request. Runs on a virtual thread of its own and may block. An exception is reported and answered
     * with 500.
     */
    HttpResponse handle(HttpRequest request) throws Exception;

    /**
     * Returns the refusal of a request with a body, decided by its head alone, such as its method or authorization. The
     * refusal is sent before the body is read, and the connection is closed. Null reads the body and calls {@link
     * #handle}. Runs on an event loop and must not block. Default: null.
     *
     * @param head the request without its body
     */
    default @Nullable HttpResponse refusal(HttpRequest head) {
        return null;
    }
}
