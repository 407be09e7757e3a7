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
 * A transport within the test: an instance connects to the addresses on which the same instance listens.
 *
 * <p>Bytes pass through the real framings and outbound queues, and through pipes of limited capacity, like those of a kernel.
 * {@link ManualEventLoop}s run only when the test runs them; {@link #threaded} creates loops with threads. An address is a name
 * only: no file and no port is used.
 *
 * <p>Faults: chunks of any size, addresses that refuse or do not answer, broken connections. A setting applies to later
 * connections. Thread-safe.
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

    /** Creates a transport on event loops that the test runs. Needs at least one; all must have the same clock. */
    public static InMemoryTransport on(ManualEventLoop... loops) {
        if (loops.length == 0) {
            throw new IllegalArgumentException("loops: none (expected: at least one)");
        }
        return new InMemoryTransport(List.of(loops));
    }

    /** Creates a transport with this number of threads; at least one. */
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

    /** Size of the largest chunk that a reader receives; 1 splits frames at every byte. Default: 64 KiB. */
    public InMemoryTransport chunkBytes(int bytes) {
        chunkBytes = positive("chunkBytes", bytes);
        return this;
    }

    /** Capacity of the pipe between writer and reader. Default: 64 KiB. */
    public InMemoryTransport pipeBytes(int bytes) {
        pipeBytes = positive("pipeBytes", bytes);
        return this;
    }

    /** Credentials of both ends of a connection over a Unix address. Default: none. */
    public InMemoryTransport credentials(@Nullable PeerCredentials known) {
        credentials = Optional.ofNullable(known);
        return this;
    }

    /** Refuses further attempts to connect to {@code address}, even if a server listens there. */
    public void refuse(Address address) {
        answers.put(address, Answer.REFUSES);
    }

    /** Lets further attempts to connect to {@code address} time out. */
    public void hang(Address address) {
        answers.put(address, Answer.HANGS);
    }

    /** Reverts {@link #refuse} and {@link #hang} for further attempts. */
    public void allow(Address address) {
        answers.remove(address);
    }

    /** Breaks all connections to {@code address}: bytes in transit are lost, and both ends fail with {@code ECONNRESET}. */
    public void cut(Address address) {
        links.forEach((link, to) -> {
            if (to.equals(address)) {
                link.cut();
            }
        });
    }

    /** The number of attempts to connect. */
    public int attempts() {
        return attempts.get();
    }

    /** The number of open ends of connections. */
    public int openLinks() {
        return links.size();
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public boolean hasSocketFiles() {
        return false;
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
     * Sends a request to the HTTP port at its {@link HttpRequest#peer() peer}.
     *
     * @return the response; fails with an {@link UnreachableException} if no port listens there
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

    /** Returns the port at an address, or null if the attempt is refused. Counts the attempt. */
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

    /** Returns the address of the client of a connection to {@code address}. */
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

    /** Connects both ends of a connection. The ends are open from now on. */
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

    /** A listening port of links. */
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

        /** Creates both ends of a connection; the accepted end starts on its own event loop. */
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
                // The acceptor has closed meanwhile.
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
