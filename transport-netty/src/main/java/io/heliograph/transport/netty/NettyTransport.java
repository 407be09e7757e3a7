package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transport over the sockets of this machine.
 *
 * <p>Its event loops do not form a group of Netty: a terminating group starts a thread that keeps the program alive for another
 * second.
 */
final class NettyTransport implements Transport {

    private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);
    private static final int MAX_LOOPS = 1024;

    private final Engine engine;
    private final NettyEventLoop[] loops;
    private final AtomicInteger next = new AtomicInteger();

    // Guarded by itself: the started threads.
    private final List<Thread> threads = new ArrayList<>();

    // Guarded by threads.
    private @Nullable CompletableFuture<Void> closed;

    private NettyTransport(Engine engine, int count) {
        this.engine = engine;
        this.loops = new NettyEventLoop[count];
        for (int i = 0; i < count; i++) {
            loops[i] = new NettyEventLoop(
                    new SingleThreadIoEventLoop(null, threadNamed("heliograph-io-" + (i + 1)), engine.ioHandlers()));
        }
    }

    /**
     * @param engine the name of an engine, or null for the best available one
     * @param loops the number of event loops, or null for one per processor
     */
    static NettyTransport create(@Nullable String engine, @Nullable String loops) {
        int count = loops == null ? Runtime.getRuntime().availableProcessors() : count(loops);
        NettyTransport transport = new NettyTransport(Engine.choose(engine), count);
        SystemError.load();
        log.info("Transport created: engine={} loops={}", transport.engine, count);
        return transport;
    }

    private static int count(String loops) {
        try {
            int count = Integer.parseInt(loops);
            if (count >= 1 && count <= MAX_LOOPS) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Rejected below.
        }
        throw new IllegalArgumentException("heliograph.loops: '" + loops + "' (expected: 1 to " + MAX_LOOPS + ")");
    }

    private ThreadFactory threadNamed(String name) {
        return task -> {
            Thread thread = new FastThreadLocalThread(task, name);
            thread.setDaemon(true);
            synchronized (threads) {
                threads.add(thread);
            }
            return thread;
        };
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public EventLoop nextLoop() {
        return next();
    }

    private NettyEventLoop next() {
        return loops[Math.floorMod(next.getAndIncrement(), loops.length)];
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException if the transport is closed
     */
    @Override
    public Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
        return start(
                address,
                address.toString(),
                loop,
                options.connectTimeout(),
                (channel, on, owner) -> Channels.link(channel, on, address, options, false, owner),
                handler);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException if the transport is closed
     */
    @Override
    public Attempt connect(WebSocketTarget target, EventLoop loop, WebSocketOptions options, ConnectHandler handler) {
        return start(
                target.address(),
                target.where(),
                loop,
                target.connectTimeout(),
                (channel, on, owner) -> UpgradeRequest.prepare(channel, on, target, options, owner),
                handler);
    }

    private Attempt start(
            Address address,
            String where,
            EventLoop loop,
            Duration timeout,
            ConnectAttempt.Opening opening,
            ConnectHandler handler) {
        ConnectAttempt attempt = new ConnectAttempt(engine, address, where, own(loop), timeout, opening, handler);
        attempt.start();
        return attempt;
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
        return listen(address, loop, options.tcp().reusePort(), new StreamConnections(options, handler));
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, HttpOptions options, HttpAcceptHandler handler) {
        return listen(address, loop, options.reusePort(), new HttpConnections(address, options, handler));
    }

    private CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, boolean reusePort, NettyAcceptor.Connections connections) {
        NettyEventLoop fixed = loop == null ? null : own(loop);
        Supplier<NettyEventLoop> loopsOfLinks = fixed == null ? this::next : () -> fixed;
        return new NettyAcceptor(
                        engine,
                        address,
                        reusePort,
                        fixed == null ? next() : fixed,
                        loopsOfLinks,
                        List.of(loops),
                        connections)
                .listen();
    }

    private NettyEventLoop own(EventLoop loop) {
        for (NettyEventLoop each : loops) {
            if (each == loop) {
                return each;
            }
        }
        throw new IllegalArgumentException("loop: " + loop + " (expected: one of this transport)");
    }

    @Override
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> result;
        synchronized (threads) {
            if (closed != null) {
                return closed.copy();
            }
            result = new CompletableFuture<>();
            closed = result;
        }
        for (NettyEventLoop loop : loops) {
            loop.close();
        }
        Thread.ofVirtual().name("heliograph-io-end").start(() -> join(result));
        return result.copy();
    }

    private void join(CompletableFuture<Void> result) {
        List<Thread> started;
        synchronized (threads) {
            started = List.copyOf(threads);
        }
        try {
            for (Thread thread : started) {
                thread.join();
            }
        } catch (InterruptedException impossible) {
            Thread.currentThread().interrupt();
        }
        result.complete(null);
    }
}
