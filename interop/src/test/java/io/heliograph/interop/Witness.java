package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.EventLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A client that does nothing wrong: it plays ping-pong with the server over one connection for the whole test, and reads all
 * else that comes. The server has to answer {@code ping} with {@code pong}.
 */
final class Witness implements AutoCloseable {

    private final UnixPeer peer;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicLong others = new AtomicLong();
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    /** Connects, and plays the first round. */
    static Witness at(Path socketFile) throws IOException {
        Witness witness = new Witness(UnixPeer.connect(socketFile));
        witness.assertUndisturbed();
        return witness;
    }

    private Witness(UnixPeer peer) {
        this.peer = peer;
        this.thread = Thread.ofPlatform().name("witness").start(this::play);
    }

    private void play() {
        try {
            while (!stopped.get()) {
                long round = rounds.get();
                peer.write("{\"topic\":\"ping\",\"message\":%d}\0\0".formatted(round));
                String pong = "{\"topic\":\"pong\",\"message\":%d}".formatted(round);
                while (!peer.readFrame().equals(pong)) { // fails after 10 s of silence
                    others.incrementAndGet();
                }
                rounds.incrementAndGet();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Other messages than pongs that came so far. */
    long others() {
        return others.get();
    }

    /** It plays ten more rounds, over the connection it began with. */
    void assertUndisturbed() {
        long wanted = rounds.get() + 10;
        Awaitility.await()
                .atMost(EventLog.DEADLINE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> failure != null || rounds.get() >= wanted);
        assertThat(failure).as("failure of the witness").isNull();
    }

    @Override
    public void close() throws Exception {
        stopped.set(true);
        thread.join(EventLog.DEADLINE);
        peer.close();
    }
}
