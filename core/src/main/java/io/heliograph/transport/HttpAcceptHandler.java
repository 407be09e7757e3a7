package io.heliograph.transport;

import io.heliograph.HeliographException;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is made of the requests that come to a port for HTTP. Called on the loop of a connection; must not block or throw. */
public interface HttpAcceptHandler {

    /** The address is bound. What it throws ends the attempt to listen. Called on the acceptor's loop. */
    default void bound() {}

    /** An ordinary request, whole. */
    void request(Exchange exchange);

    /**
     * A request to become a WebSocket: a {@code GET} with the fields of RFC 6455, which have been checked. Those that do not pass
     * are answered by the transport, as the npm package {@code ws} answers them.
     */
    void upgrade(Upgrade upgrade);

    /** A connection could not be accepted, or its TLS handshake failed; listening goes on. */
    void failed(HeliographException cause);

    /** A request that waits for its response. Any thread may answer it; all but the first answer are ignored. */
    interface Exchange {

        HttpRequest request();

        void answer(HttpResponse response);
    }

    /**
     * A request to become a WebSocket that waits for its answer. It is decided once, from any thread; what follows is ignored.
     * While it waits nothing is read from the peer, and its time is not limited: whoever decides limits it.
     */
    interface Upgrade {

        HttpRequest request();

        /** The loop of the connection, and of the link to come. */
        EventLoop loop();

        /** The sub-protocols that the peer offers, in its order; empty if there are none, or if {@link #refusal} says why. */
        List<String> protocols();

        /**
         * The response to an offer that cannot be understood, as {@code ws} gives it: a {@code Sec-WebSocket-Protocol} that does
         * not parse or, only when {@code options} have compression, such extensions; null if there is nothing to object to.
         */
        @Nullable
        HttpResponse refusal(WebSocketOptions options);

        /** Whether the connection is there still, as far as is known. */
        boolean isOpen();

        /**
         * Becomes a WebSocket.
         *
         * @param protocol the sub-protocol chosen, or null for none
         * @param opened called on the loop when the response is on its way, unless the connection has gone before; returns what
         *     is to handle the link
         */
        void accept(WebSocketOptions options, @Nullable String protocol, Function<Link, LinkHandler> opened);

        /** Answers with an ordinary response and closes the connection. */
        void refuse(HttpResponse response);
    }
}
