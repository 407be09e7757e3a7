package io.heliograph.realtime.session;

import static io.heliograph.internal.Check.positive;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects packets, on demand, and sends them as one message. For one event loop.
 *
 * <p>What is collected is bounded: beyond {@value #MAX_PACKETS} packets or {@value #MAX_BYTES} bytes it is sent early, and
 * collecting goes on.
 */
public final class Batcher {

    static final int MAX_PACKETS = 10_000;
    static final int MAX_BYTES = 1 << 20;

    /** Where messages go. */
    @FunctionalInterface
    interface Output {

        /** Sends a message; false if it was not accepted. */
        boolean accept(Frame message);
    }

    private final EventLoop loop;
    private final PacketCodec codec;
    private final Duration interval;
    private final Output out;
    private final Consumer<? super Throwable> onFailure;

    private final List<Frame> collected = new ArrayList<>();
    private long bytes;
    private boolean collecting;
    private boolean batching;
    private boolean handshake;
    private EventLoop.@Nullable Timer ticking;
    private EventLoop.@Nullable Timer handshakeEnd;

    /**
     * @param interval how often {@link #startBatching} sends; positive
     * @param out sends a message
     * @param onFailure told of a batch that could not be encoded, which only a codec of the application's does
     */
    Batcher(EventLoop loop, PacketCodec codec, Duration interval, Output out, Consumer<? super Throwable> onFailure) {
        this.loop = loop;
        this.codec = codec;
        this.interval = positive("batchInterval", interval);
        this.out = out;
        this.onFailure = onFailure;
    }

    /** Sends a packet, or keeps it for the batch. False if it was not accepted. */
    boolean send(Frame packet) {
        if (!collecting) {
            return out.accept(packet);
        }
        collected.add(packet);
        bytes += packet.length();
        if (collected.size() >= MAX_PACKETS || bytes >= MAX_BYTES) {
            flush();
        }
        return true;
    }

    /** Whether packets are collected now, for whatever reason. */
    boolean isCollecting() {
        return collecting;
    }

    /** Whether {@link #startBatching} is in force. */
    public boolean isBatching() {
        return batching;
    }

    void startBatch() {
        collecting = true;
    }

    public void flushBatch() {
        collecting = false;
        flush();
    }

    void cancelBatch() {
        collecting = false;
        forget();
    }

    void startBatching() {
        batching = true;
        tick();
    }

    void stopBatching() {
        batching = false;
        endTicks();
        flushBatch();
    }

    void cancelBatching() {
        batching = false;
        endTicks();
        cancelBatch();
    }

    /** Batches for a while after a handshake; then singly again, unless batching was started otherwise. */
    public void batchOnHandshake(Duration duration) {
        if (handshakeEnd != null) {
            handshakeEnd.cancel();
        }
        handshake = true;
        tick();
        handshakeEnd = loop.schedule(duration, () -> {
            handshakeEnd = null;
            handshake = false;
            if (!batching) {
                endTicks();
                flushBatch();
            }
        });
    }

    /** Forgets what was collected, and all but that {@link #startBatching} was asked for: the connection has ended. */
    void disconnected() {
        if (handshakeEnd != null) {
            handshakeEnd.cancel();
            handshakeEnd = null;
        }
        handshake = false;
        endTicks();
        cancelBatch();
    }

    /** Goes on batching on a new connection if {@link #startBatching} is in force. */
    public void connected() {
        if (batching) {
            tick();
        }
    }

    private void tick() {
        startBatch();
        if (ticking == null) {
            ticking = loop.schedule(interval, this::ticked);
        }
    }

    private void ticked() {
        ticking = null;
        flush();
        if (batching || handshake) {
            tick();
        }
    }

    private void endTicks() {
        if (ticking != null) {
            ticking.cancel();
            ticking = null;
        }
    }

    private void flush() {
        if (!collected.isEmpty()) {
            List<Frame> packets = List.copyOf(collected);
            forget();
            Frame batch;
            try {
                batch = codec.batch(packets);
            } catch (InvalidMessageException e) {
                onFailure.accept(e);
                return;
            }
            out.accept(batch);
        }
    }

    private void forget() {
        collected.clear();
        bytes = 0;
    }
}
