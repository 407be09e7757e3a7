package io.heliograph.rpc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.LengthPrefix;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
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

/** The ways into a server: requests for WebSockets, and plain connections, whose first frame may say where they want to go. */
final class Doors implements HttpAcceptHandler, Transport.AcceptHandler {

    private static final Duration FIRST_FRAME = Duration.ofSeconds(10);

    private final ServerCore core;
    private final WebSocketOptions webSockets;
    private final Set<Stranger> strangers = ConcurrentHashMap.newKeySet();
    private volatile boolean open;

    Doors(ServerCore core) {
        this.core = core;
        ServerOptions options = core.options;
        WebSocketOptions chosen = WebSocketOptions.defaults()
                .withMaxMessageBytes(options.maxMessageBytes)
                .withQueue(options.maxQueuedBytes, Overflow.CLOSE)
                .withPingInterval(options.pingInterval);
        this.webSockets =
                options.compression ? chosen.withCompression(WebSocketOptions.Compression.defaults()) : chosen;
    }

    /** Opens them all. */
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
        LinkOptions links = LinkOptions.of(LengthPrefix.FOUR_BYTES)
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

    /** Cuts off those who have not said yet where they want to go. */
    void dropStrangers() {
        strangers.forEach(Stranger::drop);
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
            Namespace there = core.namespaces.find(path(target));
            if (there != null && there.latest(id(target)) != null) {
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

    /** The path of a request target, as it is. */
    static String path(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.isEmpty() ? Namespaces.DEFAULT : path;
    }

    /** The {@code socket_id} of a request target, or a new one. */
    static String id(String target) {
        int query = target.indexOf('?');
        if (query >= 0) {
            for (String pair : target.substring(query + 1).split("&", -1)) {
                if (pair.startsWith("socket_id=") && pair.length() > 10) {
                    return decoded(pair.substring(10));
                }
                if (pair.startsWith("socket_id=")) {
                    break;
                }
            }
        }
        return UUID.randomUUID().toString();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    // ---- plain connections

    @Override
    public @Nullable LinkHandler accepted(Link link) {
        if (!open || core.isFull() || strangers.size() >= core.options.maxConnections) {
            core.counters.drop(DropReason.CONNECTION_REFUSED, 1);
            return null;
        }
        Stranger stranger = new Stranger(link);
        strangers.add(stranger);
        return stranger;
    }

    /** A plain connection until its first frame: a request target, which begins with a slash, or a message for the default. */
    private final class Stranger implements LinkHandler {

        private final Link link;
        private final EventLoop.Timer timer;
        private @Nullable LinkHandler session;

        Stranger(Link link) {
            this.link = link;
            this.timer = link.loop().schedule(FIRST_FRAME, this::drop);
        }

        void drop() {
            link.close(new CloseReason.Failed(
                    new ProtocolViolationException(link.peer() + " has sent nothing for " + FIRST_FRAME, null)));
        }

        private LinkHandler settle(String target) {
            timer.cancel();
            strangers.remove(this);
            LinkHandler settled = enter(link, target, null);
            session = settled;
            return settled;
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (session != null) {
                session.frame(from, frame);
            } else if (frame.length() > 0 && frame.at(0) == '/') {
                settle(frame.utf8());
            } else {
                settle(Namespaces.DEFAULT).frame(from, frame);
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
            strangers.remove(this);
            if (session != null) {
                session.closed(from, reason);
            }
        }
    }
}
