package io.heliograph.transport.netty;

import io.heliograph.CloseReason;
import io.heliograph.transport.EventLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event loop of Netty with its channels and attempts, which are closed before the loop terminates.
 *
 * <p>Netty closes the channels of a terminating loop, except for channels that are registered late, or if termination is requested
 * between its last check and its end.
 */
final class NettyEventLoop implements EventLoop {

    private static final int GOING_AWAY = 1001;

    private final IoEventLoop netty;

    // Event loop only.
    private final Set<Channel> channels = new HashSet<>();
    private final Set<ConnectAttempt> attempts = new HashSet<>();
    private ArrayList<Outbound> toFlush = new ArrayList<>();
    private ArrayList<Outbound> flushing = new ArrayList<>();
    private final LoopBuffers buffers = new LoopBuffers();
    private boolean closing;

    private final LoopBuffers.Receiver receiver = new LoopBuffers.Receiver(buffers);

    private final ChannelFutureListener forget = closed -> channels.remove(closed.channel());

    NettyEventLoop(IoEventLoop netty) {
        this.netty = netty;
    }

    IoEventLoop netty() {
        return netty;
    }

    /** Event loop only. */
    LoopBuffers buffers() {
        return buffers;
    }

    /**
     * Returns the allocator with which channels read into the buffer of the event loop. Only for channels whose only
     * handler is a link.
     */
    LoopBuffers.Receiver receiver() {
        return receiver;
    }

    @Override
    public boolean inLoop() {
        return netty.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        netty.execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Future<?> future = netty.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /**
     * Runs a task on the event loop: at once if the caller is on the loop, otherwise later. Drops the task if the loop
     * has terminated, because all channels of the loop have closed before.
     */
    void run(Runnable task) {
        if (inLoop()) {
            task.run();
        } else {
            try {
                netty.execute(task);
            } catch (RejectedExecutionException ended) {
                // The loop has terminated.
            }
        }
    }

    /** Runs a task on the event loop like {@link #run}, but always later. */
    void runLater(Runnable task) {
        try {
            netty.execute(task);
        } catch (RejectedExecutionException ended) {
            // The loop has terminated.
        }
    }

    /**
     * Registers a channel; closes it if the event loop is closing.
     *
     * @return fails if the event loop is closing
     * @throws RejectedExecutionException if the event loop has terminated; the channel is closed
     */
    ChannelFuture register(Channel channel) {
        ChannelPromise promise = new DefaultChannelPromise(channel, netty);
        if (inLoop()) {
            registerHere(channel, promise);
        } else {
            try {
                netty.execute(() -> registerHere(channel, promise));
            } catch (RejectedExecutionException ended) {
                channel.unsafe().closeForcibly();
                throw ended;
            }
        }
        return promise;
    }

    private void registerHere(Channel channel, ChannelPromise promise) {
        if (closing) {
            channel.unsafe().closeForcibly();
            promise.setFailure(new ClosedChannelException());
            return;
        }
        channels.add(channel);
        channel.closeFuture().addListener(forget);
        channel.unsafe().register(netty, promise);
    }

    /** Flushes at the end of this loop iteration, by one task for all links with new frames. Event loop only. */
    void flushSoon(Outbound outbound) {
        toFlush.add(outbound);
        if (toFlush.size() == 1) {
            try {
                netty.execute(this::flushAll);
            } catch (RejectedExecutionException ended) {
                toFlush.clear(); // all links are closed
            }
        }
    }

    private void flushAll() {
        ArrayList<Outbound> now = toFlush;
        toFlush = flushing;
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flushMarked();
        }
        now.clear();
    }

    /** Adds an attempt to connect; returns false if the event loop is closing. Event loop only. */
    boolean add(ConnectAttempt attempt) {
        return !closing && attempts.add(attempt);
    }

    void remove(ConnectAttempt attempt) {
        attempts.remove(attempt);
    }

    /** Whether the event loop is closing its channels because the transport is closing. Event loop only. */
    boolean isClosing() {
        return closing;
    }

    /** Ends the accepted connections of a server channel; completes when they are closed. Thread-safe. */
    CompletableFuture<Void> endAccepted(@Nullable Channel server, Duration timeout) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            netty.execute(() -> {
                List<Channel> accepted = channels.stream()
                        .filter(channel -> server != null && server.equals(channel.parent()))
                        .toList();
                accepted.forEach(NettyEventLoop::end);
                Timer timer = schedule(timeout, () -> accepted.forEach(NettyEventLoop::close));
                CompletableFuture.allOf(
                                accepted.stream().map(NettyEventLoop::closed).toArray(CompletableFuture<?>[]::new))
                        .thenRun(() -> {
                            timer.cancel();
                            done.complete(null);
                        });
            });
        } catch (RejectedExecutionException ended) {
            done.complete(null);
        }
        return done;
    }

    private static void end(Channel channel) {
        ChannelHandler last = channel.pipeline().last();
        if (last instanceof NettyLink link) {
            link.end(GOING_AWAY, "");
        } else if (last instanceof HttpConnection connection) {
            connection.end();
        } else {
            channel.close();
        }
    }

    private static CompletableFuture<Void> closed(Channel channel) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channel.closeFuture().addListener(done -> closed.complete(null));
        return closed;
    }

    /** Closes all channels and attempts, and terminates the event loop after their handlers have been notified. */
    void close() {
        netty.execute(() -> {
            closing = true;
            List.copyOf(attempts).forEach(ConnectAttempt::transportClosed);
            List<Channel> open = List.copyOf(channels);
            open.forEach(NettyEventLoop::close);
            endAfter(open);
        });
    }

    private static void close(Channel channel) {
        NettyLink link = channel.pipeline().get(NettyLink.class);
        if (link != null) {
            link.close(new CloseReason.Local());
        }
        if (channel.isOpen()) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /** Terminates the loop after the channels have notified their handlers of the close, in a later loop iteration. */
    private void endAfter(List<Channel> closed) {
        if (closed.stream().anyMatch(Channel::isRegistered)) {
            netty.execute(() -> endAfter(closed));
        } else {
            buffers.release();
            netty.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
