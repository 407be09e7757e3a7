package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A transport for one test, and plain sockets of the JDK as its peers. */
final class Sockets implements AutoCloseable {

    final Transport transport;

    Sockets(Engine engine) {
        this.transport = NettyTransport.create(engine.toString(), "2");
    }

    @Override
    public void close() {
        get(transport.close());
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static <T> T take(BlockingQueue<T> queue) {
        try {
            T taken = queue.poll(10, TimeUnit.SECONDS);
            if (taken == null) {
                throw new AssertionError("waited in vain");
            }
            return taken;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Listens; what is accepted is handled by what {@code handlers} gives. */
    Listening listen(Address address, LinkOptions options, Supplier<RecordingHandler> handlers) {
        Listening listening = new Listening(handlers);
        listening.acceptor = get(transport.listen(address, null, options, listening));
        return listening;
    }

    RecordingHandler connect(Address address, LinkOptions options, RecordingHandler handler) {
        CompletableFuture<RecordingHandler> done = new CompletableFuture<>();
        attempt(address, options, handler, done);
        return get(done);
    }

    HeliographException failToConnect(Address address, LinkOptions options) {
        CompletableFuture<RecordingHandler> done = new CompletableFuture<>();
        attempt(address, options, new RecordingHandler(), done);
        CompletableFuture<HeliographException> failure = new CompletableFuture<>();
        done.whenComplete((connected, cause) -> {
            if (cause instanceof HeliographException ours) {
                failure.complete(ours);
            } else {
                failure.completeExceptionally(new AssertionError("connected", cause));
            }
        });
        return get(failure);
    }

    private Transport.Attempt attempt(
            Address address, LinkOptions options, RecordingHandler handler, CompletableFuture<RecordingHandler> done) {
        return transport.connect(address, transport.nextLoop(), options, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                handler.on(link);
                done.complete(handler);
                return handler;
            }

            @Override
            public void failed(HeliographException cause) {
                done.completeExceptionally(cause);
            }
        });
    }

    static void onLoop(EventLoop loop, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        get(done);
    }

    /** A plain, blocking connection. */
    static SocketChannel plain(Address address) throws IOException {
        SocketAddress to = switch (address) {
            case Address.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Address.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
        };
        return SocketChannel.open(to);
    }

    /** Reads to the end; returns the number of bytes. */
    static long drain(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        long total = 0;
        for (int read; (read = channel.read(buffer)) >= 0; buffer.clear()) {
            total += read;
        }
        return total;
    }

    /** An acceptor that records its events. */
    static final class Listening implements Transport.AcceptHandler {

        final BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
        final BlockingQueue<HeliographException> failures = new LinkedBlockingQueue<>();
        private final Supplier<RecordingHandler> handlers;
        private @Nullable Acceptor acceptor;

        Listening(Supplier<RecordingHandler> handlers) {
            this.handlers = handlers;
        }

        Acceptor acceptor() {
            return Objects.requireNonNull(acceptor);
        }

        Address address() {
            return acceptor().address();
        }

        RecordingHandler next() {
            return take(accepted);
        }

        @Override
        public LinkHandler accepted(Link link) {
            RecordingHandler handler = handlers.get().on(link);
            accepted.add(handler);
            return handler;
        }

        @Override
        public void failed(HeliographException cause) {
            failures.add(cause);
        }
    }
}
