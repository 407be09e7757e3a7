package io.heliograph.channel;

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

/** A host's listening socket, with its entry in the directory. */
final class Hosting {

    static final Duration WATCH = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(Hosting.class);

    private final Acceptor acceptor;
    private final Callable<Boolean> isSecond;
    private final Path entry;
    private final @Nullable Object key;
    private final boolean removes;
    private volatile boolean closed;

    /**
     * @param removes whether the entry is to be removed here; otherwise the acceptor does
     * @param isSecond whether there is another host, to which members come first; may block
     */
    Hosting(Acceptor acceptor, Path entry, boolean removes, Callable<Boolean> isSecond) throws IOException {
        this.acceptor = acceptor;
        this.isSecond = isSecond;
        this.entry = entry;
        this.key = ChannelDirectory.key(entry);
        this.removes = removes;
    }

    Path entry() {
        return entry;
    }

    /**
     * Looks from time to time whether members still find this host: they do not without its entry, nor if there is another host
     * that comes first. So however two came to be, one remains.
     *
     * @param lost run once on {@code loop} when they do not
     */
    void watch(EventLoop loop, Runnable lost) {
        loop.schedule(WATCH, () -> {
            if (!closed) {
                Blocking.start(() -> look(loop, lost));
            }
        });
    }

    private void look(EventLoop loop, Runnable lost) {
        String trouble = trouble();
        try {
            if (trouble == null) {
                watch(loop, lost);
            } else if (!closed) {
                log.warn("{} {}; the channel looks for a host again", entry, trouble);
                loop.execute(lost);
            }
        } catch (RejectedExecutionException e) {
            // The loop has ended, and this with it.
        }
    }

    private @Nullable String trouble() {
        try {
            if (key != null && !key.equals(ChannelDirectory.key(entry))) {
                return "was removed";
            }
            return isSecond.call() ? "is not the only host" : null;
        } catch (Exception e) {
            return "cannot be looked after: " + e;
        }
    }

    /** Stops listening and removes the entry, unless that is another's by now. Any number of times. */
    CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<Void> listening = acceptor.close();
        return removes ? listening.thenRunAsync(this::remove, Blocking::start) : listening;
    }

    private void remove() {
        try {
            if (key != null && key.equals(ChannelDirectory.key(entry))) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | TransportException e) {
            log.warn("{} was not removed: {}", entry, e.toString());
        }
    }
}
