package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;

/**
 * A response of HTTP, whole. Length and connection fields are added when it is sent.
 *
 * @param status 200 to 599
 * @param headers the header fields, at least {@code Content-Type} where there is a body
 * @param body the body, possibly empty
 */
public record HttpResponse(int status, HttpHeaders headers, Frame body) {

    public HttpResponse {
        checkArgument(status >= 200 && status <= 599, "status: %d (expected: 200 to 599)", status);
    }

    /** A text in UTF-8. */
    public static HttpResponse text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", Frame.utf8(text));
    }

    public static HttpResponse of(int status, String contentType, Frame body) {
        return new HttpResponse(status, HttpHeaders.empty().with("Content-Type", contentType), body);
    }

    public HttpResponse withHeader(String name, String value) {
        return new HttpResponse(status, headers.with(name, value), body);
    }

    @Override
    public String toString() {
        return status + ", " + body.length() + " bytes";
    }
}
