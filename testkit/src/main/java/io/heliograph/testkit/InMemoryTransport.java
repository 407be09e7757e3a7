package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A transport that is a small network of its own, inside the test: what connects through one instance finds what listens through
 * the same instance.
 *
 * <p>Bytes pass through the real framings and outbound queues, and through pipes that hold a limited number of them, as a
 * kernel does. With {@link ManualEventLoop}s nothing happens until the test runs them; with {@link #threaded} it works by
 * itself. An address is only a name here: no file and no port is touched.
 *
 * <p>The faults it can make: chunks of any size, addresses that refuse or do not answer, connections cut. Settings hold for
 * connections made afterwards. Any thread may call any method.
 */
public final class InMemoryTransport implements Transport {

    private static final int FIRST_FREE_PORT = 49152;

    private enum Answer {
        REFUSES,
        HANGS
    }

    private final List<EventLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger nextPort = new AtomicInteger(FIRST_FREE_PORT);
    private final Map<Address, InMemoryPort> listening = new ConcurrentHashMap<>();
    private final Map<Address, Answer> answers = new ConcurrentHashMap<>();
    private final Map<InMemoryLink, Address> links = new ConcurrentHashMap<>();
    private final Set<InMemoryAttempt> hanging = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile int chunkBytes = 64 * 1024;
    private volatile int pipeBytes = 64 * 1024;
    private volatile Optional<PeerCredentials> credentials = Optional.empty();

    private InMemoryTransport(List<? extends EventLoop> loops) {
        this.loops = List.copyOf(loops);
    }

    /** On loops that the test runs, of one clock; at least one. */
    public static InMemoryTransport on(ManualEventLoop... loops) {
        if (loops.length == 0) {
            throw new IllegalArgumentException("loops: none (expected: at least one)");
        }
        return new InMemoryTransport(List.of(loops));
    }

    /** On so many threads of its own; at least one. */
    public static InMemoryTransport threaded(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: > 0)");
        }
        List<EventLoop> loops = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            loops.add(new ThreadLoop("heliograph-memory-" + i));
        }
        return new InMemoryTransport(loops);
    }

    /** How many bytes at most arrive in one piece, 64 KiB unless set; 1 splits frames at every byte. */
    public InMemoryTransport chunkBytes(int bytes) {
        chunkBytes = positive("chunkBytes", bytes);
        return this;
    }

    /** How many bytes fit between a writer and a reader that does not read, 64 KiB unless set. */
    public InMemoryTransport pipeBytes(int bytes) {
        pipeBytes = positive("pipeBytes", bytes);
        return this;
    }

    /** Who both ends of a connection over a Unix address are taken for; nobody known unless set. */
    public InMemoryTransport credentials(@Nullable PeerCredentials known) {
        credentials = Optional.ofNullable(known);
        return this;
    }

    /** From now on attempts to connect to {@code address} are refused, also while something listens there. */
    public void refuse(Address address) {
        answers.put(address, Answer.REFUSES);
    }

    /** From now on attempts to connect to {@code address} have no answer until their time is up. */
    public void hang(Address address) {
        answers.put(address, Answer.HANGS);
    }

    /** Takes back {@link #refuse} and {@link #hang} for attempts from now on. */
    public void allow(Address address) {
        answers.remove(address);
    }

    /** Cuts all connections to {@code address}: what is on the way is lost, and both ends fail with {@code ECONNRESET}. */
    public void cut(Address address) {
        links.forEach((link, to) -> {
            if (to.equals(address)) {
                link.cut();
            }
        });
    }

    /** How many attempts to connect were begun. */
    public int attempts() {
        return attempts.get();
    }

    /** How many ends of connections are open now. */
    public int openLinks() {
        return links.size();
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public EventLoop nextLoop() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    @Override
    public Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
        check(loop, options.tls());
        return begin(new InMemoryAttempt(this, address, loop, options.connectTimeout(), handler) {
            @Override
            void reach(InMemoryPort there) {
                if (there instanceof Listening links) {
                    connected(() -> links.connect(loop, options));
                } else {
                    fail(unreachable("EPROTO", address));
                }
            }
        });
    }

    @Override
    public Attempt connect(WebSocketTarget target, EventLoop loop, WebSocketOptions options, ConnectHandler handler) {
        check(loop, target.tls());
        return begin(new InMemoryAttempt(this, target.address(), loop, target.connectTimeout(), handler) {
            @Override
            void reach(InMemoryPort there) {
                if (there instanceof InMemoryWebPort web) {
                    awaitAnswer();
                    web.ask(this, target, options);
                } else {
                    fail(unreachable("EPROTO", address));
                }
            }
        });
    }

    private static Attempt begin(InMemoryAttempt attempt) {
        attempt.loop.execute(attempt::begin);
        return attempt::cancel;
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
        check(loop, options.tls());
        return listen(new Listening(real(address), loop, options, handler), handler::bound);
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, HttpOptions options, HttpAcceptHandler handler) {
        check(loop, options.tls());
        return listen(new InMemoryWebPort(this, real(address), loop, options, handler), handler::bound);
    }

    /**
     * Sends a request to what listens for HTTP at its {@link HttpRequest#peer() peer}, and answers with the response.
     *
     * @return fails with an {@link UnreachableException} if nothing does
     */
    public CompletableFuture<HttpResponse> request(HttpRequest request) {
        return listening.get(request.peer()) instanceof InMemoryWebPort web
                ? web.request(request)
                : CompletableFuture.failedFuture(unreachable("ECONNREFUSED", request.peer()));
    }

    private CompletableFuture<Acceptor> listen(InMemoryPort port, Runnable bound) {
        if (closed.get()) {
            return CompletableFuture.failedFuture(new TransportException(
                    "EINVAL", "listen on " + port.address() + ": the transport is closed", null));
        }
        if (listening.putIfAbsent(port.address(), port) != null) {
            return CompletableFuture.failedFuture(
                    new TransportException("EADDRINUSE", "listen EADDRINUSE " + port.address(), null));
        }
        try {
            bound.run();
        } catch (RuntimeException refused) {
            port.close();
            return CompletableFuture.failedFuture(refused);
        }
        return CompletableFuture.completedFuture(port);
    }

    private Address real(Address address) {
        return address instanceof Address.Tcp tcp && tcp.port() == 0
                ? new Address.Tcp(tcp.host(), nextPort.getAndIncrement())
                : address;
    }

    // ---- for its parts

    /** What an attempt finds at an address; null if it is refused there. Counts the attempt. */
    @Nullable
    InMemoryPort find(Address address) {
        attempts.incrementAndGet();
        return answers.get(address) == Answer.REFUSES ? null : listening.get(address);
    }

    boolean hangs(Address address) {
        return answers.get(address) == Answer.HANGS;
    }

    void waits(InMemoryAttempt attempt) {
        hanging.add(attempt);
    }

    void waitsNoMore(InMemoryAttempt attempt) {
        hanging.remove(attempt);
    }

    boolean isListening(InMemoryPort port) {
        return !closed.get() && port.equals(listening.get(port.address()));
    }

    void forget(InMemoryPort port) {
        listening.remove(port.address(), port);
    }

    /** Where a connection to {@code address} comes from. */
    Address from(Address address) {
        return address instanceof Address.Tcp tcp ? new Address.Tcp(tcp.host(), nextPort.getAndIncrement()) : address;
    }

    Optional<PeerCredentials> credentials(Address address) {
        return address instanceof Address.Unix ? credentials : Optional.empty();
    }

    Pipe pipe() {
        return new Pipe(pipeBytes);
    }

    int chunkBytes() {
        return chunkBytes;
    }

    /** Both ends of a connection know each other, and are open. */
    void join(InMemoryLink caller, InMemoryLink called, Address address) {
        caller.join(called);
        called.join(caller);
        links.put(caller, address);
        links.put(called, address);
    }

    private void check(@Nullable EventLoop loop, Optional<Tls> tls) {
        if (loop != null && !loops.contains(loop)) {
            throw new IllegalArgumentException("loop: not one of this transport");
        }
        if (tls.isPresent()) {
            throw new IllegalArgumentException("tls: not in memory (expected: empty)");
        }
    }

    @Override
    public CompletableFuture<Void> close() {
        if (closed.compareAndSet(false, true)) {
            listening.clear();
            List<CompletableFuture<?>> endings = new ArrayList<>();
            for (EventLoop loop : loops) {
                endings.add(closeLinks(loop).thenCompose(none -> end(loop)));
            }
            CompletableFuture.allOf(endings.toArray(CompletableFuture<?>[]::new))
                    .thenRun(() -> ended.complete(null));
        }
        return ended.copy();
    }

    private CompletableFuture<Void> closeLinks(EventLoop loop) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            List.copyOf(hanging).forEach(attempt -> attempt.closed(loop));
            for (InMemoryLink link : links.keySet()) {
                if (link.loop().equals(loop)) {
                    link.close(new CloseReason.Local());
                }
            }
            loop.execute(() -> done.complete(null));
        });
        return done;
    }

    private static CompletableFuture<Void> end(EventLoop loop) {
        return loop instanceof ThreadLoop own ? own.close() : CompletableFuture.completedFuture(null);
    }

    void forget(InMemoryLink link) {
        links.remove(link);
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
        return value;
    }

    static UnreachableException unreachable(String code, Address address) {
        String message = "connect " + code + " " + address;
        return new UnreachableException(message, new TransportException(code, message, null));
    }

    /** A place where links are accepted. */
    private final class Listening extends InMemoryPort {

        private final @Nullable EventLoop loop;
        private final LinkOptions options;
        private final AcceptHandler handler;

        Listening(Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
            super(InMemoryTransport.this, address);
            this.loop = loop;
            this.options = options;
            this.handler = handler;
        }

        /** Makes both ends of a connection; this side is told of its end on its own loop. */
        InMemoryLink connect(EventLoop callerLoop, LinkOptions callerOptions) {
            Pipe there = pipe();
            Pipe back = pipe();
            EventLoop own = loop == null ? nextLoop() : loop;
            Optional<PeerCredentials> known = InMemoryTransport.this.credentials(address());
            InMemoryTransport network = InMemoryTransport.this;
            InMemoryLink caller = new InMemoryLink(
                    network,
                    callerLoop,
                    address(),
                    known,
                    InMemoryLink.Carrying.of(callerOptions),
                    chunkBytes,
                    back,
                    there);
            InMemoryLink called = new InMemoryLink(
                    network, own, from(address()), known, InMemoryLink.Carrying.of(options), chunkBytes, there, back);
            join(caller, called, address());
            accepted(called);
            own.execute(() -> accept(called));
            return caller;
        }

        private void accept(InMemoryLink link) {
            if (!isListening(this)) {
                // Nobody is there any more who could take it.
                link.close(new CloseReason.Local());
                return;
            }
            if (link.isOver()) {
                return;
            }
            LinkHandler accepted = handler.accepted(link);
            if (accepted == null) {
                link.close(new CloseReason.Local());
            } else {
                link.start(accepted);
            }
        }
    }
}
