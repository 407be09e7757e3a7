package io.heliograph.transport;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Handler of the requests to an HTTP port. Called on the event loop of the connection; must not block or throw. */
public interface HttpAcceptHandler {

    /** Reports that the address is bound; an exception fails the attempt to listen. Called on the acceptor's event loop. */
    default void bound() {}

    /**
     * Returns the refusal of an ordinary request with a body, decided by its head alone, such as its method or path.
     * The refusal is sent before the body is read, and the connection is closed. Null reads the body. Default: null.
     *
     * @param head the request without its body
     */
    default @Nullable HttpResponse refusal(HttpRequest head) {
        return null;
    }

    /** Handles an ordinary request with its whole body. */
    void request(Exchange exchange);

    /**
     * Handles a request for a WebSocket: a {@code GET} with valid fields of RFC 6455. The transport answers invalid ones as the
     * npm package {@code ws} does.
     */
    void upgrade(Upgrade upgrade);

    /**
     * Reports a request that the transport has refused, or a WebSocket that it closes, such as for {@link DropReason#HOST_REFUSED}.
     *
     * @param value value that was refused, as sent by the peer, or the limit that was exceeded
     */
    default void refused(DropReason reason, Address peer, String value) {}

    /** Reports a connection that could not be accepted, or whose TLS handshake failed; listening continues. */
    void failed(HeliographException cause);

    /** A request that waits for its response. Thread-safe; the first response counts. */
    interface Exchange {

        HttpRequest request();

        /** The event loop of the connection. */
        EventLoop loop();

        void answer(HttpResponse response);
    }

    /**
     * A request for a WebSocket that waits for its response. Thread-safe; the first decision counts. Meanwhile nothing is read
     * from the peer, and no time-out applies: the handler has to limit the time.
     */
    interface Upgrade {

        HttpRequest request();

        /** The event loop of the connection and of its link. */
        EventLoop loop();

        /** The sub-protocols that the peer offers, in its order; empty if it offers none or {@link #refusal} rejects them. */
        List<String> protocols();

        /**
         * The response of {@code ws} to an offer that does not parse: {@code Sec-WebSocket-Protocol} or, if {@code options} have
         * compression, {@code Sec-WebSocket-Extensions}; null if the offer is valid.
         */
        @Nullable
        HttpResponse refusal(WebSocketOptions options);

        /** Whether the connection is open, as far as the system has reported. */
        boolean isOpen();

        /**
         * Opens the WebSocket.
         *
         * @param protocol the selected sub-protocol, or null for none
         * @param opened called on the event loop after the response is written, unless the connection has closed; returns the
         *     handler of the link
         */
        void accept(WebSocketOptions options, @Nullable String protocol, Function<Link, LinkHandler> opened);

        /** Answers with an ordinary response and closes the connection. */
        void refuse(HttpResponse response);
    }
}
