package io.heliograph.channel.election;

import io.heliograph.TransportException;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening socket of a host, with its entry in the channel directory. */
public final class HostSocket {

    private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);
    private static final Logger log = LoggerFactory.getLogger(HostSocket.class);

    private final Acceptor acceptor;
    private final Callable<Boolean> hasPrecedingHost;
    private final Path entry;
    private final @Nullable Object key;
    private final boolean removesEntry;
    private volatile boolean closed;

    /**
     * @param removesEntry whether {@link #close()} removes the entry; otherwise the acceptor removes it
     * @param hasPrecedingHost whether another host precedes this one in the directory; may block
     */
    HostSocket(Acceptor acceptor, Path entry, boolean removesEntry, Callable<Boolean> hasPrecedingHost)
            throws IOException {
        this.acceptor = acceptor;
        this.hasPrecedingHost = hasPrecedingHost;
        this.entry = entry;
        this.key = ChannelDirectory.key(entry);
        this.removesEntry = removesEntry;
    }

    /**
     * Checks twice a second that members still find this host. They do not if its entry was removed or if another host precedes
     * it, so that of two hosts one remains.
     *
     * @param lost run once on {@code loop} when members do not find this host
     */
    public void watch(EventLoop loop, Runnable lost) {
        loop.schedule(WATCH_INTERVAL, () -> {
            if (!closed) {
                BlockingTask.start(() -> check(loop, lost));
            }
        });
    }

    private void check(EventLoop loop, Runnable lost) {
        String problem = problem();
        try {
            if (problem == null) {
                watch(loop, lost);
            } else if (!closed) {
                log.warn("Hosting ended: {} entry={}", problem, entry);
                loop.execute(lost);
            }
        } catch (RejectedExecutionException e) {
            // The loop has ended, and the host socket with it.
        }
    }

    private @Nullable String problem() {
        try {
            if (key != null && !key.equals(ChannelDirectory.key(entry))) {
                return "the entry was removed";
            }
            return hasPrecedingHost.call() ? "another host precedes this one" : null;
        } catch (Exception e) {
            return "the entry cannot be checked: " + e;
        }
    }

    /** Stops listening and removes the entry, unless the entry belongs to another host by now. Idempotent. */
    public CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<Void> listening = acceptor.close();
        return removesEntry ? listening.thenRunAsync(this::removeEntry, BlockingTask::start) : listening;
    }

    private void removeEntry() {
        try {
            if (key != null && key.equals(ChannelDirectory.key(entry))) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | TransportException e) {
            log.warn("Entry not removed: {} entry={}", e, entry);
        }
    }
}
