package io.heliograph.transport.netty;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpResponse;
import io.heliograph.websocket.WebSocketHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** Writes requests and responses as they go over the wire. */
final class HttpWriter {

    /** What this class writes by itself. */
    private static final Set<String> OWN = Set.of("connection", "content-length", "transfer-encoding", "content-type");

    /** Of what is said to a WebSocket. */
    private static final int USUAL_LENGTH = 192;

    private HttpWriter() {}

    /** The response 101, with its fields. */
    static ByteBuf switching(HttpHeaders fields) {
        StringBuilder head = new StringBuilder(USUAL_LENGTH).append("HTTP/1.1 101 Switching Protocols\r\n");
        // In the order of the npm package ws.
        for (String name : new String[] {
            "Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"
        }) {
            fields.first(name).ifPresent(value -> field(head, name, value));
        }
        return bytes(head.append("\r\n"));
    }

    /**
     * A response.
     *
     * @param keepAlive whether the connection stays open
     * @param withBody whether the body goes with it, and not only its length
     */
    static ByteBuf response(HttpResponse response, boolean keepAlive, boolean withBody) {
        int status = response.status();
        StringBuilder head = new StringBuilder("HTTP/1.1 ");
        head.append(status)
                .append(' ')
                .append(WebSocketHandshake.phrase(status))
                .append("\r\n");
        field(head, "Connection", keepAlive ? "keep-alive" : "close");
        response.headers().first("Content-Type").ifPresent(value -> field(head, "Content-Type", value));
        boolean empty = status == 204 || status == 304;
        if (!empty) {
            field(head, "Content-Length", Integer.toString(response.body().length()));
        }
        fields(head, response.headers());
        ByteBuf start = bytes(head.append("\r\n"));
        Frame body = response.body();
        return !withBody || empty || body.length() == 0
                ? start
                : Unpooled.wrappedBuffer(start, Unpooled.wrappedBuffer(body.array(), body.offset(), body.length()));
    }

    /** A request for a WebSocket. */
    static ByteBuf request(String target, String host, HttpHeaders own, HttpHeaders users) {
        StringBuilder head = new StringBuilder("GET ").append(target).append(" HTTP/1.1\r\n");
        field(head, "Host", host);
        own.map().forEach((name, values) -> values.forEach(value -> field(head, name, value)));
        users.map().forEach((name, values) -> {
            if (own.all(name).isEmpty() && !name.equalsIgnoreCase("Host")) {
                values.forEach(value -> field(head, name, value));
            }
        });
        return bytes(head.append("\r\n"));
    }

    private static void fields(StringBuilder head, HttpHeaders headers) {
        headers.map().forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> field(head, name, value));
            }
        });
    }

    private static void field(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    static ByteBuf bytes(CharSequence text) {
        return Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
}
