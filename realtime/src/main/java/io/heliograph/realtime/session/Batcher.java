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
 * Collects packets into batches, each sent as one message. Event loop only.
 *
 * <p>A batch is limited to {@value #MAX_PACKETS} packets and {@value #MAX_BYTES} bytes, which every receiver accepts by default; at the
 * limit it is sent early, and collection continues.
 */
public final class Batcher {

    /** Maximum number of packets of a batch; at most the default of a server's {@code maxBatchLength}. */
    public static final int MAX_PACKETS = 1000;

    /** Maximum length of an encoded batch; at most the default of a receiver's {@code maxMessageBytes}. */
    public static final int MAX_BYTES = 1 << 19;

    /** Maximum length of the array of a batch without its packets, each of which has one byte more. */
    private static final int ARRAY_BYTES = 5;

    /** Destination of messages. */
    @FunctionalInterface
    interface Output {

        /** Sends a message. Returns false if it was not accepted. */
        boolean accept(Frame message);
    }

    private final EventLoop loop;
    private final PacketCodec codec;
    private final int maxBytes;
    private final Duration interval;
    private final Output out;
    private final Consumer<? super Throwable> onFailure;

    private final List<Frame> collected = new ArrayList<>();
    private long bytes;
    private boolean collecting;
    private boolean batching;
    private EventLoop.@Nullable Timer ticking;
    private EventLoop.@Nullable Timer handshakeEnd;

    /**
     * @param interval interval of the batches after {@link #startBatching}; positive
     * @param out destination of the batches
     * @param onFailure called with the failure of an application's codec to encode a batch
     */
    Batcher(EventLoop loop, PacketCodec codec, Duration interval, Output out, Consumer<? super Throwable> onFailure) {
        this.loop = loop;
        this.codec = codec;
        this.maxBytes = Math.min(MAX_BYTES, codec.maxBytes());
        this.interval = positive("batchInterval", interval);
        this.out = out;
        this.onFailure = onFailure;
    }

    /** Sends a packet, or adds it to the batch. Returns false if it was not accepted. */
    boolean send(Frame packet) {
        if (!collecting) {
            return out.accept(packet);
        }
        long length = packet.length() + 1L;
        if (ARRAY_BYTES + bytes + length > maxBytes) {
            flush();
        }
        if (ARRAY_BYTES + length > maxBytes) {
            return out.accept(packet); // may be valid alone, but not in an array
        }
        collected.add(packet);
        bytes += length;
        if (collected.size() == MAX_PACKETS) {
            flush();
        }
        return true;
    }

    /** Whether packets are being collected, for any reason. */
    boolean isCollecting() {
        return collecting;
    }

    /** Whether batching has been started by {@link #startBatching}. */
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
        discard();
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

    /** Batches packets for a time after the handshake, and longer if batching has been started. */
    public void batchOnHandshake(Duration duration) {
        if (handshakeEnd != null) {
            handshakeEnd.cancel();
        }
        tick();
        handshakeEnd = loop.schedule(duration, () -> {
            handshakeEnd = null;
            if (!batching) {
                endTicks();
                flushBatch();
            }
        });
    }

    /** Discards the batch and the timers, because the connection has ended. Batching that was started resumes on the next connection. */
    void disconnected() {
        if (handshakeEnd != null) {
            handshakeEnd.cancel();
            handshakeEnd = null;
        }
        endTicks();
        cancelBatch();
    }

    /** Resumes batching on a new connection, if batching has been started. */
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
        if (batching || handshakeEnd != null) {
            tick();
        }
    }

    private void endTicks() {
        if (ticking != null) {
            ticking.cancel();
            ticking = null;
        }
    }

    /** Sends the collected packets, and continues to collect. */
    void flushCollected() {
        flush();
    }

    private void flush() {
        if (!collected.isEmpty()) {
            List<Frame> packets = List.copyOf(collected);
            discard();
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

    private void discard() {
        collected.clear();
        bytes = 0;
    }
}
