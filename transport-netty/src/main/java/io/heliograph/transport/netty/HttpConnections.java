package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.frame.MessageDeflate;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions.Compression;
import io.netty.channel.Channel;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of one port for HTTP, of which there are no more than allowed. */
final class HttpConnections implements NettyAcceptor.Connections {

    private final HttpOptions options;
    private final HttpAcceptHandler handler;
    private final ConcurrentHashMap<Compression, MessageDeflate> deflates =
            new ConcurrentHashMap<>();

    HttpConnections(HttpOptions options, HttpAcceptHandler handler) {
        this.options = options;
        this.handler = handler;
    }

    HttpOptions options() {
        return options;
    }

    HttpAcceptHandler handler() {
        return handler;
    }

    /** One for all links that compress alike, so that what goes to all of them is compressed once. */
    MessageDeflate deflate(Compression compression) {
        return deflates.computeIfAbsent(
                compression, key -> new MessageDeflate(key.threshold(), key.level()));
    }

    @Override
    public void bound() {
        handler.bound();
    }

    @Override
    public boolean admit(Address peer, int open) {
        int limit = options.maxConnections();
        if (open >= limit) {
            failed(
                    new QueueFullException(
                            "connection from "
                                    + peer
                                    + " refused: "
                                    + limit
                                    + " are open (limit: "
                                    + limit
                                    + ")",
                            limit));
        }
        return open < limit;
    }

    @Override
    public void accept(Channel channel, NettyEventLoop loop, Address peer) {
        HttpConnection.prepare(channel, loop, peer, this);
    }

    @Override
    public void failed(HeliographException cause) {
        handler.failed(cause);
    }
}
