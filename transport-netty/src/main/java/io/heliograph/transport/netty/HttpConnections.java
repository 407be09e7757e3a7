package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.QueueFullException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.http.AllowedHosts;
import io.heliograph.internal.StringInterner;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.UnfinishedMessages;
import io.heliograph.transport.WebSocketOptions.Compression;
import io.heliograph.websocket.MessageDeflate;
import io.netty.channel.Channel;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The connections of one HTTP port, with their shared limits. Thread-safe. */
final class HttpConnections implements NettyAcceptor.Connections {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(HttpConnections.class));

    private final HttpOptions options;
    private final HttpAcceptHandler handler;
    private final AllowedHosts allowedHosts;
    private final ConcurrentHashMap<Compression, MessageDeflate> deflates = new ConcurrentHashMap<>();

    /** Request targets and peer hosts. */
    private final StringInterner strings = new StringInterner(512);

    /** Limit of request bodies and unfinished WebSocket messages. */
    private final UnfinishedMessages unfinished;

    private volatile WebSocketLink.@Nullable Agreed lastAgreed;

    HttpConnections(Address address, HttpOptions options, HttpAcceptHandler handler) {
        this.options = options;
        this.allowedHosts =
                address instanceof Address.Tcp tcp ? options.allowedHosts().and(tcp.host()) : options.allowedHosts();
        this.handler = handler;
        this.unfinished = new UnfinishedMessages(
                options.maxUnfinishedBytes(),
                options.maxBodyBytes(),
                peer -> refused(
                        DropReason.PENDING_BUDGET,
                        peer,
                        "unfinished messages of all connections exceed maxUnfinishedBytes"));
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

    UnfinishedMessages unfinished() {
        return unfinished;
    }

    /** Reports a connection that is refused or closed at a limit of the port. */
    void refused(DropReason reason, Address peer, String limit) {
        try {
            handler.refused(reason, peer, limit);
        } catch (Throwable failure) {
            failures.userCode("HTTP handler", peer.toString(), failure);
        }
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
