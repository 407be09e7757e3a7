package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.websocket.WebSocketHandshake;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Assembles the requests of one connection, one at a time, from decoded heads and contents. Event loop only. */
final class RequestReader {

    /** Outcomes of reading a request. After each one, the listener passes on no more parts of this request. */
    interface Listener {

        /** Reports an invalid request and the status of its response. */
        void refuse(int status);

        /** Reports a request that is refused for its head, before its body is read. */
        void refuse(HttpResponse response);

        /** Reports a request for a WebSocket. */
        void upgrade(HttpRequest request);

        /** Reports a request with its whole body. */
        void handle(HttpRequest request);
    }

    private final Channel channel;
    private final Address peer;
    private final @Nullable SslHandler tls;
    private final HttpConnections connections;
    private final Listener listener;
    private final RequestBody body;
    private @Nullable List<X509Certificate> certificates;
    private @Nullable HttpRequest request;
    private boolean keepAlive;
    private boolean chunked;

    RequestReader(
            Channel channel, Address peer, @Nullable SslHandler tls, HttpConnections connections, Listener listener) {
        this.channel = channel;
        this.peer = peer;
        this.tls = tls;
        this.connections = connections;
        this.listener = listener;
        this.body = new RequestBody(
                connections.options().maxBodyBytes(), connections.unfinished().account(peer));
    }

    /** Reads a part of a request, which the caller releases. */
    void read(Object message) {
        boolean reading = !(message instanceof io.netty.handler.codec.http.HttpRequest head) || begin(head);
        if (reading && message instanceof HttpContent content) {
            append(content);
        }
    }

    /** Begins a request, and writes 100 (Continue) if the peer expects it; returns whether the body follows. */
    private boolean begin(io.netty.handler.codec.http.HttpRequest head) {
        int refusal = RequestHead.refusal(head, connections.options());
        if (refusal != 0) {
            listener.refuse(refusal);
            return false;
        }
        HttpHeaders headers;
        try {
            headers = HttpHeaders.of(head.headers());
        } catch (IllegalArgumentException malformed) {
            listener.refuse(400);
            return false;
        }
        HttpRequest asked = new HttpRequest(
                head.method().name(),
                connections.shared(head.uri()),
                headers,
                peer,
                tls != null,
                certificates(),
                Frame.empty());
        refusal = checkHost(head, headers);
        if (refusal != 0) {
            listener.refuse(refusal);
            return false;
        }
        if (WebSocketHandshake.isUpgrade(headers)) {
            listener.upgrade(asked);
            return false;
        }
        refusal = RequestHead.bodyRefusal(head, connections.options());
        if (refusal != 0) {
            listener.refuse(refusal);
            return false;
        }
        if (HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0) {
            HttpResponse early = connections.handler().refusal(asked);
            if (early != null) {
                listener.refuse(early);
                return false;
            }
        }
        if (HttpUtil.is100ContinueExpected(head)) {
            channel.writeAndFlush(HttpWriter.empty(100));
        }
        request = asked;
        keepAlive = HttpUtil.isKeepAlive(head);
        chunked = head.protocolVersion().isKeepAliveDefault();
        return true;
    }

    /** The certificates of the client, the same list for all requests of the connection. */
    private List<X509Certificate> certificates() {
        List<X509Certificate> known = certificates;
        if (known == null) {
            known = Peers.certificates(tls);
            certificates = known;
        }
        return known;
    }

    /**
     * Returns 0, or the status of the refusal: 400 without a {@code Host} or with several, 403 if the host is not
     * allowed.
     */
    private int checkHost(io.netty.handler.codec.http.HttpRequest head, HttpHeaders headers) {
        List<String> hosts = headers.all("Host");
        if (hosts.isEmpty()) {
            return head.protocolVersion().isKeepAliveDefault() ? 400 : 0;
        }
        if (hosts.size() > 1) {
            return 400;
        }
        if (!connections.allowedHosts().allows(hosts.getFirst(), peer)) {
            connections.handler().refused(DropReason.HOST_REFUSED, peer, hosts.getFirst());
            return 403;
        }
        return 0;
    }

    private void append(HttpContent content) {
        HttpRequest asked = request;
        if (content.decoderResult().isFailure()) {
            listener.refuse(400);
        } else if (asked != null) {
            int refusal = body.append(content.content());
            if (refusal != 0) {
                listener.refuse(refusal);
            } else if (content instanceof LastHttpContent) {
                request = null;
                listener.handle(new HttpRequest(
                        asked.method(),
                        asked.target(),
                        asked.headers(),
                        peer,
                        asked.secure(),
                        asked.certificates(),
                        body.take()));
            }
        }
    }

    /** Whether the head of a request has been read, but not its whole body. */
    boolean isReading() {
        return request != null;
    }

    /** Whether the client of the last request keeps the connection. */
    boolean isKeepAlive() {
        return keepAlive;
    }

    /** Whether the client of the last request understands chunks. */
    boolean isChunked() {
        return chunked;
    }

    /** Discards an unfinished request; its body, or the body of the last request, no longer counts against the limit. */
    void release() {
        request = null;
        body.release();
    }
}
