package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.http.AllowedHosts;
import io.heliograph.internal.StringInterner;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions.Compression;
import io.heliograph.websocket.MessageBudget;
import io.heliograph.websocket.MessageDeflate;
import io.netty.channel.Channel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The connections of one HTTP port, with their shared limits. Thread-safe. */
final class HttpConnections implements NettyAcceptor.Connections, MessageBudget {

    private final HttpOptions options;
    private final HttpAcceptHandler handler;
    private final AllowedHosts allowedHosts;
    private final ConcurrentHashMap<Compression, MessageDeflate> deflates = new ConcurrentHashMap<>();

    /** Request targets and peer hosts. */
    private final StringInterner strings = new StringInterner(512);

    private final AtomicLong unfinishedBytes = new AtomicLong();

    private volatile WebSocketLink.@Nullable Agreed lastAgreed;

    HttpConnections(Address address, HttpOptions options, HttpAcceptHandler handler) {
        this.options = options;
        this.allowedHosts =
                address instanceof Address.Tcp tcp ? options.allowedHosts().and(tcp.host()) : options.allowedHosts();
        this.handler = handler;
    }

    HttpOptions options() {
        return options;
    }

    /** Returns the allowed names, with the host that the port listens on. */
    AllowedHosts allowedHosts() {
        return allowedHosts;
    }

    HttpAcceptHandler handler() {
        return handler;
    }

    /** Returns the compressor of all links with these options, which compresses a shared message once. */
    MessageDeflate deflate(Compression compression) {
        return deflates.computeIfAbsent(compression, key -> new MessageDeflate(key.threshold(), key.level()));
    }

    /** Returns a string with the same characters, shared with other connections if possible. */
    String shared(String string) {
        return strings.intern(string);
    }

    /**
     * Returns the agreement of the previous link if it equals {@code agreed}, so that links share one object; otherwise
     * {@code agreed}.
     */
    WebSocketLink.Agreed shared(WebSocketLink.Agreed agreed) {
        WebSocketLink.Agreed last = lastAgreed;
        if (last != null && last.equals(agreed)) {
            return last;
        }
        lastAgreed = agreed;
        return agreed;
    }

    /**
     * Reserves room for a part of a request body or of a WebSocket message.
     *
     * @return false if the unfinished requests and messages of all connections would exceed the limit
     */
    @Override
    public boolean reserve(int bytes) {
        long total = unfinishedBytes.addAndGet(bytes);
        if (total > options.maxUnfinishedBytes()) {
            unfinishedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    @Override
    public void release(long bytes) {
        unfinishedBytes.addAndGet(-bytes);
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
                    "connection from " + peer + " rejected: " + limit + " are open (limit: " + limit + ")", limit));
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
