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
import io.heliograph.transport.PeerCredentials;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One end of two pipes: reads frames out of one, and writes its queue to the other.
 *
 * <p>This one ends as a stream does; {@link InMemoryWebSocket} ends as a WebSocket does.
 */
class InMemoryLink implements Link {

    /** How many chunks it reads before others of its loop get a turn. */
    private static final int CHUNKS_A_TURN = 16;

    private static final int LONGEST_WRITE = 64 * 1024;

    /** How frames are told apart, and the limit of the queue. */
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

    // Set before the link is known to anybody.
    private @Nullable InMemoryLink other;

    // The loop's own.
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

    /** Begins to work for {@code handler}. On the loop. */
    void start(LinkHandler handler) {
        this.handler = handler;
        schedulePull();
        schedulePush();
    }

    /** Completes when it has ended. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Whether it has ended. On the loop. */
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
                close(new CloseReason.Failed(
                        new QueueFullException("more than " + limit + " bytes wait to be written to " + peer, limit)));
                yield false;
            }
        };
    }

    @Override
    public long queuedBytes() {
        return queue.queuedBytes();
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

    /** Ends the output once all that is queued is written. On the loop. */
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

    /** The connection has failed. */
    void fail(HeliographException cause) {
        close(new CloseReason.Failed(cause));
    }

    /** What is on the way is lost, and both ends find out. */
    void cut() {
        in.cut();
        out.cut();
        for (InMemoryLink end : new InMemoryLink[] {this, other()}) {
            end.fail(new TransportException("ECONNRESET", "the connection to " + end.peer + " was cut", null));
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
        LinkHandler told = handler;
        for (int i = 0; told != null && !isClosing() && (reading || discards()) && !inputEnded; i++) {
            if (i == CHUNKS_A_TURN) {
                schedulePull();
                return;
            }
            byte[] chunk = in.take(chunkBytes);
            if (chunk.length == 0) {
                noInput(told);
                return;
            }
            other().schedulePush();
            heard();
            try {
                decoder.read(Frame.of(chunk), frame -> {
                    if (!isClosing()) {
                        told.frame(this, frame);
                    }
                    return !isClosing();
                });
            } catch (FrameTooLongException | ProtocolViolationException violation) {
                violated(violation);
            }
        }
    }

    private void noInput(LinkHandler told) {
        switch (in.state()) {
            case OPEN -> {}
            case ENDED -> {
                inputEnded = true;
                streamEnded(told);
            }
            case RESET -> fail(new TransportException("ECONNRESET", "the connection was reset by " + peer, null));
        }
    }

    /** Something has come. */
    void heard() {}

    final boolean isReading() {
        return reading;
    }

    /** It has ended. */
    void finished() {}

    /** Whether what comes is thrown away, also while reading is stopped. */
    boolean discards() {
        return false;
    }

    /** The peer has sent what the decoder does not accept. */
    void violated(HeliographException cause) {
        fail(cause);
    }

    /** The pipe has ended. */
    void streamEnded(LinkHandler told) {
        told.inputEnded(this);
        finishIfEnded();
    }

    /** All that was queued before the end was asked for has been written. */
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

    /** Tells the handler that no frame will come. */
    final void tellInputEnded() {
        if (handler != null) {
            handler.inputEnded(this);
        }
    }

    final void push() {
        LinkHandler told = handler;
        if (told == null || over) {
            return;
        }
        reportDropped();
        if (writeQueue() && !isClosing()) {
            told.written(this);
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
