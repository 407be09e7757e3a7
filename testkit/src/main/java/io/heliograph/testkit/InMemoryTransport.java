package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
    private final Map<Address, Listening> listening = new ConcurrentHashMap<>();
    private final Map<Address, Answer> answers = new ConcurrentHashMap<>();
    private final Map<InMemoryLink, Address> links = new ConcurrentHashMap<>();
    private final Set<Pending> hanging = ConcurrentHashMap.newKeySet();
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
    public Attempt connect(
            Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
        check(loop, options);
        Pending pending = new Pending(address, loop, options, handler);
        loop.execute(pending::begin);
        return pending::cancel;
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
        check(loop, options);
        if (closed.get()) {
            return CompletableFuture.failedFuture(
                    new TransportException(
                            "EINVAL", "listen on " + address + ": the transport is closed", null));
        }
        Address real = address;
        if (address instanceof Address.Tcp tcp && tcp.port() == 0) {
            real = new Address.Tcp(tcp.host(), nextPort.getAndIncrement());
        }
        Listening acceptor = new Listening(real, loop, options, handler);
        if (listening.putIfAbsent(real, acceptor) != null) {
            return CompletableFuture.failedFuture(
                    new TransportException("EADDRINUSE", "listen EADDRINUSE " + real, null));
        }
        try {
            handler.bound();
        } catch (RuntimeException refused) {
            acceptor.close();
            return CompletableFuture.failedFuture(refused);
        }
        return CompletableFuture.completedFuture(acceptor);
    }

    private void check(@Nullable EventLoop loop, LinkOptions options) {
        if (loop != null && !loops.contains(loop)) {
            throw new IllegalArgumentException("loop: not one of this transport");
        }
        if (options.tls().isPresent()) {
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
            hanging.forEach(pending -> pending.closed(loop));
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
        return loop instanceof ThreadLoop own
                ? own.close()
                : CompletableFuture.completedFuture(null);
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

    private static UnreachableException unreachable(String code, Address address) {
        String message = "connect " + code + " " + address;
        return new UnreachableException(message, new TransportException(code, message, null));
    }

    /** A place where something listens. */
    private final class Listening implements Acceptor {

        private final Address address;
        private final @Nullable EventLoop loop;
        private final LinkOptions options;
        private final AcceptHandler handler;
        private final Set<InMemoryLink> accepted = ConcurrentHashMap.newKeySet();
        private final AtomicLong acceptedEver = new AtomicLong();

        Listening(
                Address address,
                @Nullable EventLoop loop,
                LinkOptions options,
                AcceptHandler handler) {
            this.address = address;
            this.loop = loop;
            this.options = options;
            this.handler = handler;
        }

        @Override
        public Address address() {
            return address;
        }

        @Override
        public int openConnections() {
            return accepted.size();
        }

        @Override
        public long acceptedConnections() {
            return acceptedEver.get();
        }

        @Override
        public CompletableFuture<Void> close() {
            listening.remove(address, this);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> end(Duration timeout) {
            close();
            List<CompletableFuture<Void>> endings = new ArrayList<>();
            for (InMemoryLink link : accepted) {
                endings.add(link.ended());
                link.end(1001, "");
                link.loop().schedule(timeout, () -> link.close(new CloseReason.Local()));
            }
            return CompletableFuture.allOf(endings.toArray(CompletableFuture<?>[]::new));
        }

        /** Makes both ends of a connection; this side is told of its end on its own loop. */
        InMemoryLink connect(EventLoop callerLoop, LinkOptions callerOptions) {
            Pipe there = new Pipe(pipeBytes);
            Pipe back = new Pipe(pipeBytes);
            EventLoop own = loop == null ? nextLoop() : loop;
            boolean local = address instanceof Address.Unix;
            Optional<PeerCredentials> known = local ? credentials : Optional.empty();
            Address from =
                    address instanceof Address.Tcp tcp
                            ? new Address.Tcp(tcp.host(), nextPort.getAndIncrement())
                            : address;
            InMemoryTransport network = InMemoryTransport.this;
            InMemoryLink caller =
                    new InMemoryLink(
                            network,
                            callerLoop,
                            address,
                            known,
                            callerOptions,
                            chunkBytes,
                            back,
                            there);
            InMemoryLink called =
                    new InMemoryLink(network, own, from, known, options, chunkBytes, there, back);
            caller.join(called);
            called.join(caller);
            links.put(caller, address);
            links.put(called, address);
            acceptedEver.incrementAndGet();
            accepted.add(called);
            called.ended().thenRun(() -> accepted.remove(called));
            own.execute(() -> accept(called));
            return caller;
        }

        private void accept(InMemoryLink link) {
            if (closed.get() || !listening.containsValue(this)) {
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

    /** An attempt to connect, which has one outcome at most. */
    private final class Pending {

        private final Address address;
        private final EventLoop loop;
        private final LinkOptions options;
        private final ConnectHandler handler;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile EventLoop.@Nullable Timer timer;

        Pending(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
            this.address = address;
            this.loop = loop;
            this.options = options;
            this.handler = handler;
        }

        void begin() {
            if (over.get()) {
                return;
            }
            attempts.incrementAndGet();
            Answer answer = answers.get(address);
            Listening there = listening.get(address);
            if (answer == Answer.HANGS) {
                hanging.add(this);
                timer =
                        loop.schedule(
                                options.connectTimeout(),
                                () -> fail(unreachable("ETIMEDOUT", address)));
            } else if (there == null || answer == Answer.REFUSES) {
                fail(unreachable("ECONNREFUSED", address));
            } else if (over.compareAndSet(false, true)) {
                InMemoryLink link = there.connect(loop, options);
                link.start(handler.connected(link));
            }
        }

        void cancel() {
            over.set(true);
            forget();
        }

        void closed(EventLoop ending) {
            if (loop.equals(ending)) {
                fail(unreachable("ECANCELED", address));
            }
        }

        private void fail(HeliographException cause) {
            if (over.compareAndSet(false, true)) {
                forget();
                handler.failed(cause);
            }
        }

        private void forget() {
            hanging.remove(this);
            EventLoop.Timer waiting = timer;
            if (waiting != null) {
                waiting.cancel();
            }
        }
    }
}
