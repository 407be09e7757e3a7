package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.transport.Acceptor;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A listening socket, and the last handler of its channel.
 *
 * <p>If the system cannot accept a connection, for lack of file descriptors for instance, the connection stays pending and the next
 * attempt would fail at once; accepting then pauses for {@link #REST_MILLIS}.
 */
final class NettyAcceptor extends ChannelInboundHandlerAdapter implements Acceptor {

    /** Receiver of the connections. */
    interface Connections {

        /** Reports that the address is bound. */
        void bound();

        /** Whether a connection from {@code peer} is accepted while {@code open} others are open. */
        default boolean admit(Address peer, int open) {
            return true;
        }

        /** Prepares a channel that is not registered yet. */
        void accept(Channel channel, NettyEventLoop loop, Address peer);

        /** Reports a connection that could not be accepted. */
        void failed(HeliographException cause);
    }

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(NettyAcceptor.class));
    private static final int BACKLOG = 1024;
    private static final Duration RELEASE = Duration.ofMillis(1);
    private static final long REST_MILLIS = 100;

    /** Limit of the connections that are accepted at the close; the system may have queued further ones meanwhile. */
    private static final int MAX_PENDING = 4 * BACKLOG;

    private final Engine engine;
    private final Address asked;
    private final boolean reusePort;
    private final NettyEventLoop loop;
    private final Supplier<NettyEventLoop> loops;
    private final List<NettyEventLoop> all;
    private final Connections connections;
    private final CompletableFuture<Acceptor> listening = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private final AtomicInteger open = new AtomicInteger();
    private final ChannelFutureListener count = closed -> open.decrementAndGet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile Address address;

    // Written on the event loop.
    private volatile @Nullable Channel channel;

    // Event loop only.
    private boolean closing;

    /**
     * @param reusePort whether other sockets with this option may listen on the port
     * @param loop the event loop of the acceptor
     * @param loops selects the event loop of an accepted connection
     * @param all all event loops of accepted connections
     */
    NettyAcceptor(
            Engine engine,
            Address address,
            boolean reusePort,
            NettyEventLoop loop,
            Supplier<NettyEventLoop> loops,
            List<NettyEventLoop> all,
            Connections connections) {
        this.engine = engine;
        this.asked = address;
        this.reusePort = reusePort;
        this.address = address;
        this.loop = loop;
        this.loops = loops;
        this.all = all;
        this.connections = connections;
    }

    /** A channel over NIO that reports the release of its socket. */
    interface NioRelease {

        /** Whether the selector, and thus the system, has released the socket. */
        boolean isReleased();
    }

    CompletableFuture<Acceptor> listen() {
        try {
            loop.execute(this::begin);
        } catch (RejectedExecutionException ended) {
            fail(new TransportException("", "the transport is closed", null));
        }
        return listening;
    }

    private void begin() {
        switch (asked) {
            case Address.Unix unix -> {
                try {
                    SystemError.checkPath(unix.path());
                    Channel server = engine.unixServer(unix.path(), BACKLOG, connections::bound);
                    register(server, () -> listens(server));
                } catch (Throwable failure) {
                    fail(failure);
                }
            }
            case Address.Tcp tcp ->
                Resolver.resolve(tcp, loop, (found, failure) -> {
                    if (failure != null) {
                        fail(failure);
                    } else {
                        bind(found.get(0));
                    }
                });
        }
    }

    private void bind(InetSocketAddress local) {
        try {
            Channel server = engine.tcpServer();
            server.config().setOption(ChannelOption.SO_REUSEADDR, true);
            server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
            if (reusePort) {
                engine.reusePort(server);
            }
            register(
                    server,
                    () -> server.bind(local).addListener(bound -> {
                        if (bound.isSuccess()) {
                            listens(server);
                        } else {
                            failAndClose(server, bound.cause());
                        }
                    }));
        } catch (Throwable failure) {
            fail(failure);
        }
    }

    private void register(Channel server, Runnable then) {
        channel = server;
        if (server.config().getRecvByteBufAllocator() instanceof DefaultMaxMessagesRecvByteBufAllocator accepting) {
            accepting.respectMaybeMoreData(false); // epoll would accept one connection per iteration
        }
        server.pipeline().addLast(this);
        server.closeFuture().addListener(done -> awaitRelease(server));
        loop.register(server).addListener(registered -> {
            if (registered.isSuccess()) {
                then.run();
            } else {
                failAndClose(server, registered.cause());
            }
        });
    }

    /**
     * Completes {@code closed} when the address is free. Over NIO, the selector releases a closed socket only in a
     * later loop iteration.
     */
    private void awaitRelease(Channel server) {
        if (server instanceof NioRelease nio && !nio.isReleased() && !loop.isClosing()) {
            loop.schedule(RELEASE, () -> awaitRelease(server));
        } else {
            closed.complete(null);
        }
    }

    private void listens(Channel server) {
        if (server.localAddress() instanceof InetSocketAddress real && asked instanceof Address.Tcp tcp) {
            address = new Address.Tcp(tcp.host(), real.getPort());
        }
        if (!server.isActive()) {
            server.read(); // kqueue: the channel does not know that its socket listens already.
        }
        listening.complete(this);
    }

    private void failAndClose(Channel server, Throwable cause) {
        if (server.isRegistered()) {
            server.close();
        } else {
            server.unsafe().closeForcibly();
        }
        fail(cause);
    }

    private void fail(Throwable cause) {
        closed.complete(null);
        listening.completeExceptionally(SystemError.transport("cannot listen on " + asked, cause));
    }

    // ---- connections

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel channel = (Channel) message;
        try {
            NettyEventLoop on = loops.get();
            Address peer =
                    channel.remoteAddress() instanceof InetSocketAddress socket ? Peers.address(socket) : address;
            if (!connections.admit(peer, open.get())) {
                channel.unsafe().closeForcibly();
                return;
            }
            open.incrementAndGet();
            accepted.incrementAndGet();
            channel.closeFuture().addListener(count);
            connections.accept(channel, on, peer);
            on.register(channel);
        } catch (RejectedExecutionException closing) {
            // The transport is closing, and has closed the channel.
        } catch (Throwable failure) {
            channel.unsafe().closeForcibly();
            failed(SystemError.transport("cannot accept a connection to " + address, failure));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.channel().config().setAutoRead(false);
        loop.netty().schedule(() -> ctx.channel().config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
        failed(SystemError.transport("cannot accept a connection to " + address, cause));
    }

    private void failed(HeliographException cause) {
        try {
            connections.failed(cause);
        } catch (Throwable failure) {
            failures.userCode("accept handler", address.toString(), failure);
        }
    }

    // ---- Acceptor

    @Override
    public Address address() {
        return address;
    }

    @Override
    public int openConnections() {
        return open.get();
    }

    @Override
    public long acceptedConnections() {
        return accepted.get();
    }

    @Override
    public CompletableFuture<Void> end(Duration timeout) {
        // By then each accepted connection is registered with its event loop.
        return close().thenCompose(closed -> CompletableFuture.allOf(
                all.stream().map(each -> each.endAccepted(channel, timeout)).toArray(CompletableFuture<?>[]::new)));
    }

    /**
     * Closes a listening socket after the connections that the system has accepted for it, which it would reset: the next iteration of the event
     * loop accepts all of them and then closes; without connections, the timer closes.
     */
    private void acceptPendingAndClose(Channel server) {
        if (!listening.isDone() || !server.isOpen() || loop.isClosing()) {
            server.close();
            return;
        }
        if (server.config().getRecvByteBufAllocator() instanceof DefaultMaxMessagesRecvByteBufAllocator accepting) {
            accepting.maxMessagesPerRead(MAX_PENDING);
        }
        closing = true;
        loop.schedule(RELEASE, server::close);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (closing) {
            ctx.channel().close();
        }
    }

    @Override
    public CompletableFuture<Void> close() {
        loop.run(() -> {
            Channel server = channel;
            if (server != null) {
                acceptPendingAndClose(server);
            }
        });
        if (loop.netty().isTerminated()) {
            closed.complete(null);
        }
        return closed.copy();
    }
}
