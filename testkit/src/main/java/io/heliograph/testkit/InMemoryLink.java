package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.OutboundQueue;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameEncoder;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * End of a connection in memory: reads frames from one pipe, and writes its queue to another.
 *
 * <p>The link closes like a stream; {@link InMemoryWebSocket} closes like a WebSocket.
 */
class InMemoryLink implements Link {

    /** Number of chunks that are read in one loop iteration. */
    private static final int CHUNKS_PER_ITERATION = 16;

    private static final int LONGEST_WRITE = 64 * 1024;

    /** Framing and queue limit. */
    record Carrying(
            FrameEncoder encoder,
            Function<? super InMemoryLink, FrameDecoder> decoder,
            int maxQueuedBytes,
            Overflow overflow) {

        static Carrying of(LinkOptions options) {
            return new Carrying(
                    options.framing(),
                    link -> options.framing().decoder(options.maxFrameBytes()),
                    options.maxQueuedBytes(),
                    options.overflow());
        }
    }

    private final InMemoryTransport transport;
    private final EventLoop loop;
    private final Address peer;
    private final Optional<PeerCredentials> credentials;
    private final int maxQueuedBytes;
    private final int chunkBytes;
    private final Pipe in;
    private final Pipe out;
    private final OutboundQueue queue;
    private final FrameDecoder decoder;

    private final AtomicReference<@Nullable CloseReason> reason = new AtomicReference<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean pulling = new AtomicBoolean();
    private final AtomicBoolean pushing = new AtomicBoolean();
    private volatile boolean reading = true;
    private final AtomicLong framesReceived = new AtomicLong();

    // Set before the link is published.
    private @Nullable InMemoryLink other;

    // Event loop only.
    private @Nullable LinkHandler handler;
    private boolean endWanted;
    private boolean endedFirst;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean over;

    InMemoryLink(
            InMemoryTransport transport,
            EventLoop loop,
            Address peer,
            Optional<PeerCredentials> credentials,
            Carrying carrying,
            int chunkBytes,
            Pipe in,
            Pipe out) {
        this.transport = transport;
        this.loop = loop;
        this.peer = peer;
        this.credentials = credentials;
        this.maxQueuedBytes = carrying.maxQueuedBytes;
        this.chunkBytes = chunkBytes;
        this.in = in;
        this.out = out;
        this.queue = new OutboundQueue(carrying.encoder, carrying.maxQueuedBytes, carrying.overflow);
        this.decoder = carrying.decoder.apply(this);
    }

    void join(InMemoryLink other) {
        this.other = other;
    }

    private InMemoryLink other() {
        return Objects.requireNonNull(other);
    }

    /** Starts reading and writing. Event loop only. */
    void start(LinkHandler handler) {
        this.handler = handler;
        schedulePull();
        schedulePush();
    }

    /** Completes when the link has closed. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Whether the link has closed. Event loop only. */
    boolean isOver() {
        return over;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Address peer() {
        return peer;
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return credentials;
    }

    @Override
    public boolean send(Frame frame) {
        return switch (queue.offer(frame)) {
            case ACCEPTED -> {
                schedulePush();
                yield true;
            }
            case REFUSED -> false;
            case OVERFLOWED -> {
                int limit = maxQueuedBytes;
                close(new CloseReason.Failed(new QueueFullException(
                        "queue to " + peer + ": more than " + limit + " bytes (limit: " + limit + ")", limit)));
                yield false;
            }
        };
    }

    @Override
    public long queuedBytes() {
        return queue.queuedBytes();
    }

    /** {@inheritDoc} Received bytes are not counted. */
    @Override
    public LinkStats stats() {
        return queue.stats(framesReceived.get(), 0);
    }

    @Override
    public void reading(boolean wanted) {
        reading = wanted;
        if (wanted) {
            schedulePull();
        }
    }

    @Override
    public void end() {
        queue.end();
        onLoop(() -> {
            if (!endWanted) {
                endedFirst = !inputEnded;
                endOutput();
            }
        });
    }

    final OutboundQueue queue() {
        return queue;
    }

    final FrameDecoder decoder() {
        return decoder;
    }

    /** Ends the output after the queue is written. Event loop only. */
    final void endOutput() {
        endWanted = true;
        push();
    }

    @Override
    public void close(CloseReason why) {
        if (reason.compareAndSet(null, why)) {
            queue.end();
            onLoop(this::finish);
        }
    }

    /** Closes because the connection has failed. */
    void fail(HeliographException cause) {
        close(new CloseReason.Failed(cause));
    }

    /** Drops the bytes in both pipes and fails both ends. */
    void cut() {
        in.cut();
        out.cut();
        for (InMemoryLink end : new InMemoryLink[] {this, other()}) {
            end.fail(new TransportException("ECONNRESET", "connection to " + end.peer + ": cut by the test", null));
        }
    }

    private void schedulePull() {
        if (!pulling.getAndSet(true)) {
            onLoop(() -> {
                pulling.set(false);
                pull();
            });
        }
    }

    private void schedulePush() {
        if (!pushing.getAndSet(true)) {
            onLoop(() -> {
                pushing.set(false);
                push();
            });
        }
    }

    final void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            // The transport was closed, and this link with it.
        }
    }

    final boolean isClosing() {
        return reason.get() != null;
    }

    private void pull() {
        LinkHandler to = handler;
        for (int i = 0; to != null && !isClosing() && (reading || discards()) && !inputEnded; i++) {
            if (i == CHUNKS_PER_ITERATION) {
                schedulePull();
                return;
            }
            byte[] chunk = in.take(chunkBytes);
            if (chunk.length == 0) {
                noInput(to);
                return;
            }
            other().schedulePush();
            received();
            try {
                decoder.read(Frame.of(chunk), frame -> {
                    if (!isClosing()) {
                        framesReceived.incrementAndGet();
                        to.frame(this, frame);
                    }
                    return !isClosing();
                });
            } catch (FrameTooLongException | ProtocolViolationException violation) {
                violated(violation);
            }
        }
    }

    private void noInput(LinkHandler to) {
        switch (in.state()) {
            case OPEN -> {}
            case ENDED -> {
                inputEnded = true;
                streamEnded(to);
            }
            case RESET -> fail(new TransportException("ECONNRESET", "the connection was reset by " + peer, null));
        }
    }

    /** Called after each read. */
    void received() {}

    final boolean isReading() {
        return reading;
    }

    /** Called when the link has closed. */
    void finished() {}

    /** Whether input is discarded, even while reading is paused. */
    boolean discards() {
        return false;
    }

    /** Handles a violation of the protocol by the peer. */
    void violated(HeliographException cause) {
        fail(cause);
    }

    /** Handles the end of the pipe. */
    void streamEnded(LinkHandler to) {
        to.inputEnded(this);
        finishIfEnded();
    }

    /** Called when the queue has been written after {@link #end}. */
    void outputWritten() {
        shutDown();
        finishIfEnded();
    }

    /** Ends the pipe to the peer. */
    final void shutDown() {
        out.end(Pipe.State.ENDED);
        other().schedulePull();
    }

    final boolean isStreamEnded() {
        return inputEnded;
    }

    /** Reports the end of the input to the handler. */
    final void reportInputEnded() {
        if (handler != null) {
            handler.inputEnded(this);
        }
    }

    final void push() {
        LinkHandler to = handler;
        if (to == null || over) {
            return;
        }
        reportDropped();
        if (writeQueue() && !isClosing()) {
            to.written(this);
        }
        if (queue.queuedBytes() == 0 && endWanted && !isClosing() && !outputEnded) {
            outputEnded = true;
            outputWritten();
        }
    }

    /** Returns whether anything was written. */
    private boolean writeQueue() {
        boolean any = false;
        while (!isClosing() && !outputEnded && queue.queuedBytes() > 0) {
            int room = out.room();
            if (room < 0) {
                fail(new TransportException("EPIPE", peer + " reads no more", null));
            }
            if (room <= 0) {
                break;
            }
            ByteBuffer target = ByteBuffer.allocate(Math.min(room, LONGEST_WRITE));
            queue.copyTo(target);
            out.put(target.array(), target.position());
            queue.written(target.position());
            other().schedulePull();
            any = true;
        }
        return any;
    }

    final boolean isOutputWritten() {
        return outputEnded;
    }

    private void reportDropped() {
        OutboundQueue.Dropped dropped = queue.takeDropped();
        if (dropped.frames() > 0 && handler != null) {
            handler.dropped(this, dropped.frames(), dropped.bytes());
        }
    }

    private void finishIfEnded() {
        if (inputEnded
                && outputEnded
                && reason.compareAndSet(null, endedFirst ? new CloseReason.Local() : new CloseReason.Remote(0, ""))) {
            queue.end();
            finish();
        }
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        reportDropped();
        queue.clear();
        boolean unread = in.abandon();
        out.end(unread ? Pipe.State.RESET : Pipe.State.ENDED);
        other().schedulePull();
        other().schedulePush();
        finished();
        transport.forget(this);
        ended.complete(null);
        if (handler != null) {
            handler.closed(this, Objects.requireNonNull(reason.get()));
        }
    }
}
