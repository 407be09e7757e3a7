package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.internal.StringInterner;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions.Compression;
import io.heliograph.websocket.MessageDeflate;
import io.netty.channel.Channel;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of one port for HTTP, of which there are no more than allowed. */
final class HttpConnections implements NettyAcceptor.Connections {

    private final HttpOptions options;
    private final HttpAcceptHandler handler;
    private final ConcurrentHashMap<Compression, MessageDeflate> deflates = new ConcurrentHashMap<>();

    /** Targets, and whom connections come from. */
    private final StringInterner texts = new StringInterner(512);

    private volatile WebSocketLink.@Nullable Agreed lastAgreed;

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
        return deflates.computeIfAbsent(compression, key -> new MessageDeflate(key.threshold(), key.level()));
    }

    /** The same text, which other connections have too if they say the same. */
    String shared(String text) {
        return texts.intern(text);
    }

    /** The same agreement, as the object that the links before have if it is theirs. */
    WebSocketLink.Agreed shared(WebSocketLink.Agreed agreed) {
        WebSocketLink.Agreed last = lastAgreed;
        if (last != null && last.equals(agreed)) {
            return last;
        }
        lastAgreed = agreed;
        return agreed;
    }

    @Override
    public void bound() {
        handler.bound();
    }

    @Override
    public boolean admit(Address peer, int open) {
        int limit = options.maxConnections();
        if (open >= limit) {
            failed(new QueueFullException(
                    "connection from " + peer + " refused: " + limit + " are open (limit: " + limit + ")", limit));
        }
        return open < limit;
    }

    @Override
    public void accept(Channel channel, NettyEventLoop loop, Address peer) {
        Address known = peer instanceof Address.Tcp tcp ? new Address.Tcp(shared(tcp.host()), tcp.port()) : peer;
        HttpConnection.prepare(channel, loop, known, this);
    }

    @Override
    public void failed(HeliographException cause) {
        handler.failed(cause);
    }
}
