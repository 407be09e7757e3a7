package io.heliograph.realtime.server;

import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ListeningClock;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** State that the connections of one event loop share. Event loop only. */
final class LoopContext {

    final EventLoop loop;
    final PacketCodec.Reader reader;
    final TimerHeap timers;
    final Counters.OfLoop counters;

    private final Duration shortestSilence;
    private @Nullable ListeningClock clock;
    private int connections;

    /**
     * @param shortestSilence shortest time that is measured by {@link #listeningTime}
     */
    LoopContext(EventLoop loop, PacketCodec packets, Counters counters, Duration shortestSilence) {
        this.loop = loop;
        this.shortestSilence = shortestSilence;
        this.timers = new TimerHeap(loop);
        this.reader = packets.reader();
        this.counters = counters.ofLoop();
    }

    /** Counts a connection; {@link #closed} must follow. */
    void opened() {
        counters.opened();
        if (connections++ == 0) {
            clock = ListeningClock.lease(loop, shortestSilence);
        }
    }

    void closed() {
        counters.closed();
        ListeningClock present = clock;
        if (--connections == 0 && present != null) {
            clock = null;
            present.release();
        }
    }

    /** Returns the time in which the event loop was able to listen to its connections, in nanoseconds. */
    long listeningTime() {
        ListeningClock present = clock;
        return present == null ? loop.nanoTime() : present.nanoTime();
    }
}
