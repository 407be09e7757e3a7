package io.heliograph.channel.message;

import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.Processes;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Polls missing members, and reports those whose deadline has expired or whose process has ended. Event loop only. */
final class MissingMemberWatch {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final MissingMembers missing;
    private final EventLoop loop;
    private final Consumer<Peer> lost;
    private boolean polling;

    /**
     * @param lost called with each member that does not come back
     */
    MissingMemberWatch(Duration timeout, EventLoop loop, Consumer<Peer> lost) {
        this.missing = new MissingMembers(timeout);
        this.loop = loop;
        this.lost = lost;
    }

    void add(Peer peer) {
        missing.add(peer, loop.nanoTime());
        if (!polling) {
            polling = true;
            loop.schedule(POLL_INTERVAL, this::poll);
        }
    }

    void remove(Peer peer) {
        missing.remove(peer);
    }

    void clear() {
        missing.clear();
    }

    private void poll() {
        report(missing.pollExpired(loop.nanoTime()));
        List<Peer> rest = missing.all();
        if (rest.isEmpty()) {
            polling = false;
            return;
        }
        BlockingTask.start(() -> {
            Set<Peer> dead = new HashSet<>(rest);
            dead.removeIf(peer -> Processes.isAlive(peer.pid));
            try {
                loop.execute(() -> report(dead));
                loop.schedule(POLL_INTERVAL, this::poll);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and the session with it.
            }
        });
    }

    private void report(Iterable<Peer> peers) {
        for (Peer peer : peers) {
            if (missing.contains(peer) && !peer.isPresent()) {
                lost.accept(peer);
            }
        }
    }
}
