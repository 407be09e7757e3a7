package io.heliograph.rpc.server;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Refusals;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.rpc.SameId;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.TcpOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.UnfinishedMessages;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.unix.AllowedUsers;
import io.heliograph.unix.SocketFile;
import io.heliograph.web.WebServer;
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

    /** Maximum length of the request target in a first frame; as long as the request line of an upgrade may be. */
    private static final int MAX_TARGET_BYTES = 8192;

    private static final HttpResponse UPGRADE_REQUIRED = HttpResponse.text(426, "Upgrade Required");

    private final ServerCore core;
    private final WebSocketOptions webSockets;
    private final Set<PendingConnection> pending = ConcurrentHashMap.newKeySet();
    private volatile List<Acceptor> acceptors = List.of();
    private CompletableFuture<Void> opened = CompletableFuture.completedFuture(null);
    private @Nullable Subscription attached;

    Acceptors(ServerCore core) {
        this.core = core;
        ServerOptions.Binding binding = core.options.binding();
        WebSocketOptions plain = WebSocketOptions.defaults()
                .withMaxMessageBytes(core.options.endpoint().maxMessageBytes())
                .withQueue(core.options.endpoint().maxQueuedBytes(), binding.slowConsumer())
                .withPingInterval(binding.pingInterval());
        this.webSockets = binding.compression() == null ? plain : plain.withCompression(binding.compression());
    }

    /**
     * Listens on all addresses. Event loop only.
     *
     * @return fails if an address fails; the others stay open until {@link #close}
     */
    CompletableFuture<Void> open(Transport transport) {
        ServerOptions.Binding binding = core.options.binding();
        if (binding.web() != null) {
            attached = attach(binding.web(), binding);
        }
        EndpointOptions endpoint = core.options.endpoint();
        List<CompletableFuture<Acceptor>> opening = new ArrayList<>();
        if (binding.port() >= 0) {
            HttpOptions http = HttpOptions.defaults()
                    .withMaxConnections(2 * core.limits.maxConnections())
                    .withAllowedHosts(binding.allowedHosts())
                    .withReusePort(binding.reusePort());
            opening.add(transport.listen(
                    new Address.Tcp(binding.host(), binding.port()),
                    endpoint.loop(),
                    binding.tls() == null ? http : http.withTls(binding.tls()),
                    (HttpAcceptHandler) this));
        }
        LinkOptions links = LinkOptions.of(Framing.fourByteLength())
                .withMaxFrameBytes(endpoint.maxMessageBytes())
                .withQueue(endpoint.maxQueuedBytes(), binding.slowConsumer())
                .withTcp(TcpOptions.DEFAULTS.withReusePort(binding.reusePort()))
                .withUnfinished(new UnfinishedMessages(
                        core.limits.maxUnfinishedBytes(),
                        endpoint.maxMessageBytes(),
                        new Refusals(core.errors.failures(), core.counters)::unfinished));
        for (Address address : binding.addresses()) {
            opening.add(
                    address instanceof Address.Unix unix && transport.hasSocketFiles()
                            ? lookUpUsers()
                                    .thenCompose(users -> SocketFile.listen(
                                            transport,
                                            unix.path(),
                                            SocketFile.Options.ownerOnly().withTakeOver(binding.reusePort()),
                                            null,
                                            links,
                                            new FileHandler(users)))
                            : transport.listen(address, endpoint.loop(), links, (Transport.AcceptHandler) this));
        }
        opened = CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> acceptors = opening.stream()
                        .filter(each -> !each.isCompletedExceptionally())
                        .map(CompletableFuture::join)
                        .toList());
        return opened;
    }

    private Subscription attach(WebServer web, ServerOptions.Binding binding) {
        if (binding.basePath().isEmpty()) {
            return web.attach(binding.webPath(), this::upgrade);
        }
        Subscription exact = web.attach(binding.basePath(), this::upgrade);
        Subscription below = web.attach(binding.basePath() + "/*", this::upgrade);
        return () -> {
            exact.close();
            below.close();
        };
    }

    /** Looks up the users whose clients may connect to a socket file, on a virtual thread. */
    private static CompletableFuture<AllowedUsers> lookUpUsers() {
        CompletableFuture<AllowedUsers> users = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            try {
                users.complete(AllowedUsers.selfAndRoot());
            } catch (RuntimeException e) {
                users.completeExceptionally(e);
            }
        });
        return users;
    }

    /** Accepts connections to a socket file from this user and root. */
    private final class FileHandler implements Transport.AcceptHandler {

        private final AllowedUsers users;

        FileHandler(AllowedUsers users) {
            this.users = users;
        }

        @Override
        public void bound() {}

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            if (!users.allow(link.credentials())) {
                core.refused(
                        DropReason.USER_REFUSED,
                        "user not allowed",
                        "user=" + AllowedUsers.describe(link.credentials()) + " address=" + link.peer());
                return null;
            }
            return Acceptors.this.accepted(link);
        }

        @Override
        public void failed(HeliographException cause) {
            Acceptors.this.failed(cause);
        }
    }

    List<Address> addresses() {
        return acceptors.stream().map(Acceptor::address).toList();
    }

    /** Stops listening, once all addresses are open. Event loop only. */
    CompletableFuture<Void> close() {
        if (attached != null) {
            attached.close();
        }
        return opened.handle((done, failure) -> acceptors).thenCompose(open -> stopListening());
    }

    /** Stops listening on the addresses that are open. Thread-safe. */
    CompletableFuture<Void> stopListening() {
        return CompletableFuture.allOf(acceptors.stream().map(Acceptor::close).toArray(CompletableFuture[]::new));
    }

    /** Aborts the plain connections that have not sent a frame. */
    void abortPending() {
        pending.forEach(PendingConnection::abort);
    }

    @Override
    public void bound() {}

    @Override
    public void refused(DropReason reason, Address peer, String value) {
        core.refused(reason, "host not allowed", "host=" + value + " peer=" + peer);
    }

    @Override
    public void failed(HeliographException cause) {
        core.errors.report(cause);
    }

    // ---- WebSockets

    @Override
    public HttpResponse refusal(HttpRequest head) {
        return UPGRADE_REQUIRED;
    }

    @Override
    public void request(Exchange exchange) {
        exchange.answer(UPGRADE_REQUIRED);
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        HttpRequest request = upgrade.request();
        if (!core.options.binding().origins().allows(request)) {
            core.refused(
                    DropReason.ORIGIN_REFUSED,
                    "origin not allowed",
                    "origin=" + request.headers().first("Origin").orElse("") + " " + describe(request));
            upgrade.refuse(HttpResponse.text(403, "Origin not allowed"));
            return;
        }
        HttpResponse refusal = refusal(upgrade);
        if (refusal != null) {
            core.refused(DropReason.CONNECTION_REFUSED, "HTTP status " + refusal.status(), describe(request));
            upgrade.refuse(refusal);
            return;
        }
        List<String> offered = upgrade.protocols();
        upgrade.accept(
                webSockets, offered.isEmpty() ? null : offered.get(0), link -> enter(link, request.target(), request));
    }

    private static String describe(HttpRequest request) {
        return "path=" + request.path() + " peer=" + request.peer();
    }

    private @Nullable HttpResponse refusal(Upgrade upgrade) {
        if (!core.lifecycle.isRunning()) {
            return HttpResponse.text(503, "Closed");
        }
        if (core.isFull()) {
            return HttpResponse.text(503, "Too many connections");
        }
        String target = upgrade.request().target();
        String namespace = namespace(target);
        if (namespace == null || !core.namespaces.admits(namespace)) {
            return HttpResponse.text(404, "No such namespace");
        }
        if (core.protocol.sameId() == SameId.REJECT) {
            Namespace existing = core.namespaces.find(namespace);
            if (existing != null && existing.latest(id(target)) != null) {
                return HttpResponse.text(409, "The id is taken");
            }
        }
        return upgrade.refusal(webSockets);
    }

    private LinkHandler enter(Link link, String target, @Nullable HttpRequest request) {
        ServerSession session = new ServerSession(core, link, id(target), request);
        boolean running = core.lifecycle.isRunning();
        String namespace = request == null ? path(target) : namespace(target);
        if (!running || core.isFull() || namespace == null || !session.enter(namespace)) {
            core.refused(
                    DropReason.CONNECTION_REFUSED,
                    running ? "too many connections, or namespace or id not admitted" : "the server is closing",
                    "path=" + path(target) + " peer=" + link.peer());
            link.end(running ? 1013 : 1001, "");
        }
        return session;
    }

    /** Returns the path of a request target, without decoding it. */
    static String path(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.isEmpty() ? Namespaces.DEFAULT : path;
    }

    /** Returns the namespace of an upgrade request: its path without the base path; null if it has another one. */
    private @Nullable String namespace(String target) {
        String path = path(target);
        String base = core.options.binding().basePath();
        if (!path.startsWith(base)) {
            return null;
        }
        String namespace = path.substring(base.length());
        return namespace.isEmpty() ? Namespaces.DEFAULT : namespace.startsWith("/") ? namespace : null;
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
        if (!core.lifecycle.isRunning() || core.isFull() || pending.size() >= core.limits.maxConnections()) {
            core.refused(DropReason.CONNECTION_REFUSED, "too many connections", "peer=" + link.peer());
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
        private final SilenceTimer timer;
        private @Nullable LinkHandler session;

        PendingConnection(Link link) {
            this.link = link;
            this.timer = new SilenceTimer(link.loop(), FIRST_FRAME_TIMEOUT, this::timedOut);
            timer.start();
        }

        private void timedOut() {
            core.refused(DropReason.CONNECTION_REFUSED, "no frame", "peer=" + link.peer());
            abort();
        }

        void abort() {
            link.close(new CloseReason.Failed(new ProtocolViolationException(
                    link.peer() + " sent no frame within " + FIRST_FRAME_TIMEOUT, null)));
        }

        private LinkHandler open(String target) {
            timer.stop();
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
                if (frame.length() > MAX_TARGET_BYTES) {
                    core.refused(DropReason.CONNECTION_REFUSED, "target too long", "peer=" + link.peer());
                    link.close(new CloseReason.Failed(new ProtocolViolationException(
                            "target of " + frame.length() + " bytes (expected: at most " + MAX_TARGET_BYTES + ")",
                            null)));
                    return;
                }
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
            timer.stop();
            pending.remove(this);
            if (session != null) {
                session.closed(from, reason);
            }
        }
    }
}
