package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import java.util.Optional;
import java.util.concurrent.Flow;

/**
 * An HTTP response. The transport adds the fields for length and connection.
 *
 * @param status 200 to 599
 * @param headers the header fields; at least {@code Content-Type} if there is a body
 * @param body the whole body; empty for none or for a stream
 * @param stream the body as a stream, instead of {@code body}; see {@link #stream}
 */
public record HttpResponse(int status, HttpHeaders headers, Frame body, Optional<Flow.Publisher<Frame>> stream) {

    public HttpResponse {
        checkArgument(status >= 200 && status <= 599, "status: %d (expected: 200 to 599)", status);
        checkArgument(
                stream.isEmpty() || body.length() == 0,
                "body: %d bytes (expected: none, as the response has a stream)",
                body.length());
    }

    public HttpResponse(int status, HttpHeaders headers, Frame body) {
        this(status, headers, body, Optional.empty());
    }

    /** A response of UTF-8 text. */
    public static HttpResponse text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", Frame.utf8(text));
    }

    public static HttpResponse of(int status, String contentType, Frame body) {
        return new HttpResponse(status, HttpHeaders.empty().with("Content-Type", contentType), body);
    }

    /**
     * A response whose body is streamed. The transport requests further frames as the peer reads: a slow peer slows the
     * publisher down, and the transport holds a few frames only. The subscription is canceled when the connection closes, or
     * when the peer reads nothing for the request time-out. If the publisher fails, the connection is closed, by which the peer
     * recognizes an incomplete body.
     *
     * <p>The body is sent in chunks. If the header has a {@code Content-Length}, added by {@link #withHeader}, the body is sent
     * as it is and must have that length.
     *
     * @param body subscribed once, unless the request was {@code HEAD}
     */
    public static HttpResponse stream(int status, String contentType, Flow.Publisher<Frame> body) {
        return new HttpResponse(
                status, HttpHeaders.empty().with("Content-Type", contentType), Frame.empty(), Optional.of(body));
    }

    /**
     * A response whose body is written to an {@link java.io.OutputStream} on a virtual thread. A write blocks while the peer does
     * not read, and throws an {@link java.io.IOException} after the connection has closed. Otherwise like {@link #stream}.
     */
    public static HttpResponse write(int status, String contentType, BodyWriter writer) {
        return stream(status, contentType, new WrittenBody(writer));
    }

    public HttpResponse withHeader(String name, String value) {
        return new HttpResponse(status, headers.with(name, value), body, stream);
    }

    @Override
    public String toString() {
        return status + ", " + (stream.isPresent() ? "streamed" : body.length() + " bytes");
    }
}
