package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.rpc.DropReason;
import io.heliograph.rpc.SameId;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.unix.SocketFile;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Accepts WebSocket upgrade requests, and plain connections, whose first frame may name the request target. */
final class Acceptors implements HttpAcceptHandler, Transport.AcceptHandler {

    private static final Duration FIRST_FRAME_TIMEOUT = Duration.ofSeconds(10);

    private final ServerCore core;
    private final WebSocketOptions webSockets;
    private final Set<PendingConnection> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean open;

    Acceptors(ServerCore core) {
        this.core = core;
        ServerOptions options = core.options;
        WebSocketOptions chosen = WebSocketOptions.defaults()
                .withMaxMessageBytes(options.maxMessageBytes)
                .withQueue(options.maxQueuedBytes, Overflow.CLOSE)
                .withPingInterval(options.pingInterval);
        this.webSockets =
                options.compression ? chosen.withCompression(WebSocketOptions.Compression.defaults()) : chosen;
    }

    /** Listens on all addresses. */
    List<CompletableFuture<Acceptor>> open(Transport transport) {
        open = true;
        ServerOptions options = core.options;
        List<CompletableFuture<Acceptor>> opening = new ArrayList<>();
        if (options.port >= 0) {
            HttpOptions http = HttpOptions.defaults().withMaxConnections(2 * options.maxConnections);
            opening.add(transport.listen(
                    new Address.Tcp(options.host, options.port),
                    options.loop,
                    options.tls == null ? http : http.withTls(options.tls),
                    (HttpAcceptHandler) this));
        }
        LinkOptions links = LinkOptions.of(Framing.fourByteLength())
                .withMaxFrameBytes(options.maxMessageBytes)
                .withQueue(options.maxQueuedBytes, Overflow.CLOSE);
        for (Address address : options.addresses) {
            opening.add(
                    address instanceof Address.Unix unix && options.transport == null
                            ? SocketFile.listen(
                                    transport, unix.path(), SocketFile.Options.ownerOnly(), null, links, this)
                            : transport.listen(address, options.loop, links, (Transport.AcceptHandler) this));
        }
        return opening;
    }

    void close() {
        open = false;
    }

    /** Aborts the plain connections that have not sent a frame. */
    void abortPending() {
        pending.forEach(PendingConnection::abort);
    }

    @Override
    public void bound() {}

    @Override
    public void failed(HeliographException cause) {
        core.errors.report(cause);
    }

    // ---- WebSockets

    @Override
    public void request(Exchange exchange) {
        exchange.answer(HttpResponse.text(426, "Upgrade Required"));
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        if (!core.options.origins.allows(upgrade.request())) {
            core.counters.drop(DropReason.ORIGIN_REFUSED, 1);
            upgrade.refuse(HttpResponse.text(403, "Origin not allowed"));
            return;
        }
        HttpResponse refusal = refusal(upgrade);
        if (refusal != null) {
            core.counters.drop(DropReason.CONNECTION_REFUSED, 1);
            upgrade.refuse(refusal);
            return;
        }
        HttpRequest request = upgrade.request();
        List<String> offered = upgrade.protocols();
        upgrade.accept(
                webSockets, offered.isEmpty() ? null : offered.get(0), link -> enter(link, request.target(), request));
    }

    private @Nullable HttpResponse refusal(Upgrade upgrade) {
        if (!open) {
            return HttpResponse.text(503, "Closed");
        }
        if (core.isFull()) {
            return HttpResponse.text(503, "Too many connections");
        }
        String target = upgrade.request().target();
        if (!core.namespaces.admits(path(target))) {
            return HttpResponse.text(404, "No such namespace");
        }
        if (core.options.sameId == SameId.REFUSE) {
            Namespace existing = core.namespaces.find(path(target));
            if (existing != null && existing.latest(id(target)) != null) {
                return HttpResponse.text(409, "The id is taken");
            }
        }
        return upgrade.refusal(webSockets);
    }

    private LinkHandler enter(Link link, String target, @Nullable HttpRequest request) {
        ServerSession session = new ServerSession(core, link, id(target), request);
        if (!open || core.isFull() || !session.enter(path(target))) {
            core.counters.drop(DropReason.CONNECTION_REFUSED, 1);
            link.end(open ? 1013 : 1001, "");
        }
        return session;
    }

    /** Returns the path of a request target, without decoding it. */
    static String path(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.isEmpty() ? Namespaces.DEFAULT : path;
    }

    /** Returns the {@code socket_id} of a request target, or a random id. */
    static String id(String target) {
        int query = target.indexOf('?');
        if (query >= 0) {
            for (String pair : target.substring(query + 1).split("&", -1)) {
                if (pair.startsWith("socket_id=")) {
                    String id = decode(pair.substring("socket_id=".length()));
                    return id.isEmpty() ? UUID.randomUUID().toString() : id;
                }
            }
        }
        return UUID.randomUUID().toString();
    }

    private static String decode(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    // ---- plain connections

    @Override
    public @Nullable LinkHandler accepted(Link link) {
        if (!open || core.isFull() || pending.size() >= core.options.maxConnections) {
            core.counters.drop(DropReason.CONNECTION_REFUSED, 1);
            return null;
        }
        PendingConnection connection = new PendingConnection(link);
        pending.add(connection);
        return connection;
    }

    /**
     * Plain connection. Its first frame is a request target, which begins with a slash, or a message for the default namespace;
     * from then on all events go to the session.
     */
    private final class PendingConnection implements LinkHandler {

        private final Link link;
        private final EventLoop.Timer timer;
        private @Nullable LinkHandler session;

        PendingConnection(Link link) {
            this.link = link;
            this.timer = link.loop().schedule(FIRST_FRAME_TIMEOUT, this::abort);
        }

        void abort() {
            link.close(new CloseReason.Failed(
                    new ProtocolViolationException(link.peer() + " sent no frame within " + FIRST_FRAME_TIMEOUT, null)));
        }

        private LinkHandler open(String target) {
            timer.cancel();
            pending.remove(this);
            LinkHandler opened = enter(link, target, null);
            session = opened;
            return opened;
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (session != null) {
                session.frame(from, frame);
            } else if (frame.length() > 0 && frame.at(0) == '/') {
                open(frame.utf8());
            } else {
                open(Namespaces.DEFAULT).frame(from, frame);
            }
        }

        @Override
        public void inputEnded(Link from) {
            if (session == null) {
                link.end();
            } else {
                session.inputEnded(from);
            }
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            timer.cancel();
            pending.remove(this);
            if (session != null) {
                session.closed(from, reason);
            }
        }
    }
}
