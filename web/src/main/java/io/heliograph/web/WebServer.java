package io.heliograph.web;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Endpoint;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Listeners;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.HttpAcceptHandler.Upgrade;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One port that answers HTTP requests and opens WebSockets, by their paths.
 *
 * <pre>
 * var server = WebServer.builder().port(8000).build();
 * server.serve("/*", Pages.resources(App.class, "/pages"));
 * server.serve("/time", request -> HttpResponse.text(200, Instant.now().toString()));
 * server.listen().join();
 * </pre>
 *
 * <p>A path is compared as it was sent, up to its query. A prefix ends in {@code /*}: {@code /a/*} has {@code /a/} and all below
 * it. An exact path comes before any prefix, and a longer prefix before a shorter one.
 *
 * <p><b>Life.</b> Paths may be added and removed at any time. {@link #close()} ends the connections too: a request under way is
 * answered, WebSockets are closed with 1001.
 *
 * <p><b>Threads.</b> Any thread may call any method; none blocks. Each request has a virtual thread of its own.
 */
public final class WebServer implements Endpoint {

    private static final Logger log = LoggerFactory.getLogger(WebServer.class);
    private static final String EVERYWHERE = "::";
    private static final String EVERYWHERE_IPV4 = "0.0.0.0";

    private enum Phase {
        NEW,
        LISTENING,
        CLOSING
    }

    private final Builder options;
    private final Routes<HttpHandler> handlers = new Routes<>();
    private final Routes<Consumer<Upgrade>> endpoints = new Routes<>();
    private final Listeners<Consumer<? super Throwable>> onError =
            new Listeners<>(failure -> log.warn("an error listener failed", failure));
    private final WebRequests requests;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private final CompletableFuture<Acceptor> acceptor = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile HttpResponse fallback = HttpResponse.text(404, "Not Found");
    private volatile Transports.@Nullable Lease lease;

    private WebServer(Builder options) {
        this.options = options;
        this.requests = new WebRequests(this, handlers, endpoints);
    }

    /** Options of a server to be. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- what it serves

    /**
     * Answers requests to a path, or to all below a prefix. HEAD is answered as GET is, less the body.
     *
     * @param path a path such as {@code /time}, or a prefix such as {@code /pages/*}
     * @return takes the path out
     * @throws IllegalStateException if the path has a handler
     */
    public Subscription serve(String path, HttpHandler handler) {
        return handlers.add(path, handler);
    }

    /** The response to requests that no handler is for; 404 unless set. */
    public WebServer fallback(HttpResponse response) {
        fallback = response;
        return this;
    }

    HttpResponse fallback() {
        return fallback;
    }

    /**
     * Gives requests for a WebSocket at a path, or at all below a prefix, to a protocol. Requests at other paths are answered with
     * 400.
     *
     * @param endpoint decides on each request; called on an event loop, must not block
     * @return takes the path out; WebSockets that are open stay
     * @throws IllegalStateException if the path has an endpoint
     */
    public Subscription attach(String path, Consumer<Upgrade> endpoint) {
        return endpoints.add(path, endpoint);
    }

    /** Calls {@code listener} with each failure: of a connection that could not be accepted, or of a handler. */
    public Subscription onError(Consumer<? super Throwable> listener) {
        return onError.on(listener);
    }

    void report(String what, Throwable failure) {
        if (onError.isEmpty()) {
            log.warn("{}: {}", what, failure.toString());
        } else {
            onError.emit((listener, cause, none) -> listener.accept(cause), failure, null);
        }
    }

    // ---- life

    /**
     * Starts to listen, once.
     *
     * @return fails with a {@link HeliographException}: a {@link TransportException} with the system's code if the port is not to
     *     be had, a {@link ClosedException} after {@link #close()}
     */
    public CompletableFuture<Void> listen() {
        if (!phase.compareAndSet(Phase.NEW, Phase.LISTENING)) {
            return CompletableFuture.failedFuture(
                    isClosing()
                            ? new ClosedException("the server is closed", new CloseReason.Local(), true)
                            : new IllegalStateException("listen() was called before (expected: once)"));
        }
        Transport transport;
        try {
            transport = options.transport == null ? acquire() : options.transport;
        } catch (RuntimeException none) {
            acceptor.completeExceptionally(none);
            return CompletableFuture.failedFuture(none);
        }
        String host = options.host == null ? EVERYWHERE : options.host;
        open(transport, host)
                .exceptionallyCompose(failure -> options.host == null && !isInUse(failure)
                        ? open(transport, EVERYWHERE_IPV4)
                        : CompletableFuture.failedFuture(failure))
                .whenComplete((listening, failure) -> {
                    if (failure == null) {
                        acceptor.complete(listening);
                    } else {
                        release().whenComplete((done, none) -> acceptor.completeExceptionally(cause(failure)));
                    }
                });
        return acceptor.thenAccept(listening -> {});
    }

    private Transport acquire() {
        Transports.Lease taken = Transports.acquire();
        lease = taken;
        return taken.transport();
    }

    private CompletableFuture<Acceptor> open(Transport transport, String host) {
        return transport.listen(new Address.Tcp(host, options.port), null, options.http, requests);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static boolean isInUse(Throwable failure) {
        return cause(failure) instanceof TransportException system
                && (system.code().equals("EADDRINUSE") || system.code().equals("EACCES"));
    }

    /**
     * Where it listens, with the real port.
     *
     * @throws IllegalStateException before {@link #listen()} has succeeded
     */
    public Address address() {
        if (!acceptor.isDone() || acceptor.isCompletedExceptionally()) {
            throw new IllegalStateException("the server does not listen (expected: after listen())");
        }
        return acceptor.join().address();
    }

    /**
     * The real port.
     *
     * @throws IllegalStateException before {@link #listen()} has succeeded
     */
    public int port() {
        return address() instanceof Address.Tcp tcp ? tcp.port() : options.port;
    }

    /** Whether it is over, or about to be. */
    boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    /** {@inheritDoc} That time is 5 s. */
    @Override
    public void close() {
        closeGracefully(Duration.ofSeconds(5));
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        switch (phase.getAndSet(Phase.CLOSING)) {
            case NEW -> closed.complete(null);
            case LISTENING ->
                acceptor.handle((listening, failure) -> listening == null
                                ? CompletableFuture.<Void>completedFuture(null)
                                : listening.end(timeout))
                        .thenCompose(ended -> ended)
                        .handle((done, failure) -> release())
                        .thenCompose(released -> released)
                        .whenComplete((done, failure) -> closed.complete(null));
            case CLOSING ->
                acceptor.thenAccept(listening -> {
                    try {
                        listening.end(timeout);
                    } catch (RejectedExecutionException ended) {
                        // There is nothing left to hurry.
                    }
                });
        }
        return closed();
    }

    private CompletableFuture<Void> release() {
        Transports.Lease taken = lease;
        return taken == null ? CompletableFuture.completedFuture(null) : taken.release();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /**
     * {@inheritDoc} Messages are requests received and responses given, and bytes those of their bodies; what WebSockets carry is
     * counted by the protocols. Connections are all of them.
     */
    @Override
    public EndpointStats stats() {
        boolean listens = acceptor.isDone() && !acceptor.isCompletedExceptionally();
        return requests.stats(
                listens ? acceptor.join().openConnections() : 0,
                listens ? acceptor.join().acceptedConnections() : 0);
    }

    /** Options of a {@link WebServer}. */
    public static final class Builder {

        private @Nullable String host;
        private int port = 8000;
        private HttpOptions http = HttpOptions.defaults();
        private @Nullable Transport transport;

        private Builder() {}

        /** All addresses of this machine unless set: a name or an address to listen on. */
        public Builder host(String host) {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            this.host = host;
            return this;
        }

        /** 8000 unless set: the port; 0 for any that is free. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            this.port = port;
            return this;
        }

        /** TLS of all connections. Default: none. */
        public Builder tls(Tls tls) {
            http = http.withTls(tls);
            return this;
        }

        /** Time to receive a request; see {@link HttpOptions}. Default: 10 s. Must be positive. */
        public Builder requestTimeout(Duration timeout) {
            http = http.withRequestTimeout(timeout);
            return this;
        }

        /** Size of the head of a request. Default: 16 KiB. Must be positive. */
        public Builder maxHeaderBytes(int bytes) {
            http = http.withMaxHeaderBytes(bytes);
            return this;
        }

        /** Size of the body of a request. Default: 1 MiB. Must be positive. */
        public Builder maxBodyBytes(int bytes) {
            http = http.withMaxBodyBytes(bytes);
            return this;
        }

        /**
         * Total size of the request bodies of all connections; a request that exceeds it is answered with 503. Default: 64 MiB.
         * Must be positive.
         */
        public Builder maxBufferedBodyBytes(long bytes) {
            http = http.withMaxBufferedBodyBytes(bytes);
            return this;
        }

        /** Number of open connections, WebSockets included. Default: 100,000. Must be positive. */
        public Builder maxConnections(int connections) {
            http = http.withMaxConnections(connections);
            return this;
        }

        /** The shared transport unless set; one that is given is not closed with the server. */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        public WebServer build() {
            Builder fixed = new Builder();
            fixed.host = host;
            fixed.port = port;
            fixed.http = http;
            fixed.transport = transport;
            return new WebServer(fixed);
        }
    }
}
