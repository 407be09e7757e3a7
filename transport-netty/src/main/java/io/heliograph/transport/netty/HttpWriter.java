package io.heliograph.transport.netty;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.HttpStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts responses to Netty's, with the fields for length and connection, and encodes the request for a WebSocket. */
final class HttpWriter {

    /** Fields of a response that only the transport sets. */
    private static final Set<String> OWN = Set.of("connection", "content-length", "transfer-encoding", "content-type");

    private HttpWriter() {}

    /** The response 101, with the fields in the order of the npm package ws. */
    static FullHttpResponse switching(HttpHeaders fields) {
        FullHttpResponse response = empty(101);
        for (String name : new String[] {
            "Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"
        }) {
            fields.first(name).ifPresent(value -> response.headers().add(name, value));
        }
        return response;
    }

    static FullHttpResponse empty(int status) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status(status), Unpooled.EMPTY_BUFFER);
    }

    /** Whether a response of this status has no body. */
    static boolean isEmpty(int status) {
        return status == 204 || status == 304;
    }

    /**
     * Returns a response with its whole body.
     *
     * @param head whether the body is omitted and only its length is sent
     */
    static FullHttpResponse whole(HttpResponse response, boolean keepAlive, boolean head) {
        Frame body = response.body();
        boolean empty = isEmpty(response.status());
        FullHttpResponse whole = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status(response.status()),
                empty || head
                        ? Unpooled.EMPTY_BUFFER
                        : Unpooled.wrappedBuffer(body.array(), body.offset(), body.length()));
        setHeaders(whole, response, keepAlive, "Content-Length", empty ? null : String.valueOf(body.length()));
        return whole;
    }

    /** Returns the head of a streamed response: with the length given by its handler, in chunks, or up to the close. */
    static io.netty.handler.codec.http.HttpResponse head(HttpResponse response, boolean keepAlive, boolean chunked) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(response.status()));
        String length = response.headers().first("Content-Length").orElse(null);
        if (length != null) {
            setHeaders(head, response, keepAlive, "Content-Length", length);
        } else {
            setHeaders(head, response, keepAlive, "Transfer-Encoding", chunked ? "chunked" : null);
        }
        return head;
    }

    private static HttpResponseStatus status(int status) {
        return new HttpResponseStatus(status, HttpStatus.phrase(status));
    }

    private static void setHeaders(
            io.netty.handler.codec.http.HttpResponse target,
            HttpResponse response,
            boolean keepAlive,
            String lengthName,
            @Nullable String length) {
        target.headers().add("Connection", keepAlive ? "keep-alive" : "close");
        response.headers()
                .first("Content-Type")
                .ifPresent(value -> target.headers().add("Content-Type", value));
        if (length != null) {
            target.headers().add(lengthName, length);
        }
        response.headers().map().forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                target.headers().add(name, values);
            }
        });
    }

    /** Encodes the request for a WebSocket. */
    static ByteBuf request(String target, String host, HttpHeaders own, HttpHeaders users) {
        StringBuilder head = new StringBuilder("GET ").append(target).append(" HTTP/1.1\r\n");
        field(head, "Host", host);
        own.map().forEach((name, values) -> values.forEach(value -> field(head, name, value)));
        users.map().forEach((name, values) -> {
            if (own.all(name).isEmpty() && !name.equalsIgnoreCase("Host")) {
                values.forEach(value -> field(head, name, value));
            }
        });
        return Unpooled.wrappedBuffer(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void field(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
