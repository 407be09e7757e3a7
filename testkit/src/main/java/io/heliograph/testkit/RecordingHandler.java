package io.heliograph.testkit;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A handler that records the events of its link and every violation of the contract of {@link LinkHandler}.
 *
 * <p>A subclass that overrides a method calls {@code super}. A wait fails after {@link #DEADLINE} with an {@link
 * AssertionError} that shows the recorded state; it needs a transport with threads. Thread-safe.
 */
public class RecordingHandler implements LinkHandler {

    /** Time limit of each wait: 30 s. */
    public static final Duration DEADLINE = Duration.ofSeconds(30);

    // Guarded by this.
    private final List<Frame> frames = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private @Nullable Link link;
    private @Nullable CloseReason reason;
    private boolean inputEnded;
    private long bytes;
    private int writtenCalls;
    private int droppedFrames;
    private long droppedBytes;

    /** Sets the link before its first event. */
    public synchronized RecordingHandler on(Link link) {
        this.link = link;
        notifyAll();
        return this;
    }

    @Override
    public void frame(Link link, Frame frame) {
        synchronized (this) {
            check(link, "frame");
            if (inputEnded) {
                violations.add("a frame after the end of the input");
            }
            frames.add(frame);
            bytes += frame.length();
            notifyAll();
        }
    }

    @Override
    public void inputEnded(Link link) {
        recordInputEnded(link);
        link.end();
    }

    /** Records the end of the input without ending the output. */
    protected final synchronized void recordInputEnded(Link link) {
        check(link, "inputEnded");
        if (inputEnded) {
            violations.add("inputEnded twice");
        }
        inputEnded = true;
        notifyAll();
    }

    @Override
    public synchronized void written(Link link) {
        check(link, "written");
        writtenCalls++;
        notifyAll();
    }

    @Override
    public synchronized void dropped(Link link, int frames, long bytes) {
        check(link, "dropped");
        droppedFrames += frames;
        droppedBytes += bytes;
        notifyAll();
    }

    @Override
    public synchronized void closed(Link link, CloseReason reason) {
        check(link, "closed");
        this.reason = reason;
        notifyAll();
    }

    private void check(Link from, String what) {
        if (!from.loop().inLoop()) {
            violations.add(what + " off the loop, on " + Thread.currentThread());
        }
        if (link == null) {
            link = from;
        } else if (!link.equals(from)) {
            violations.add(what + " from another link");
        }
        if (reason != null) {
            violations.add(what + " after closed");
        }
    }

    /** Waits for the link. */
    public Link link() {
        synchronized (this) {
            await("the link", () -> link != null);
            return Objects.requireNonNull(link);
        }
    }

    final synchronized boolean hasLink() {
        return link != null;
    }

    final synchronized Frame frame(int index) {
        return frames.get(index);
    }

    /** The frames received so far. */
    public synchronized List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** The number of frames received so far. */
    public synchronized int frameCount() {
        return frames.size();
    }

    /** The number of bytes received so far. */
    public synchronized long byteCount() {
        return bytes;
    }

    /** The bytes received so far. */
    public synchronized byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        frames.forEach(frame -> all.write(frame.array(), frame.offset(), frame.length()));
        return all.toByteArray();
    }

    /** The number of calls of {@link #written}. */
    public synchronized int writtenCalls() {
        return writtenCalls;
    }

    public synchronized int droppedFrames() {
        return droppedFrames;
    }

    public synchronized long droppedBytes() {
        return droppedBytes;
    }

    public synchronized boolean isInputEnded() {
        return inputEnded;
    }

    /** The close reason of the link, or null while the link is open. */
    public synchronized @Nullable CloseReason reason() {
        return reason;
    }

    /** Violations of the contract, such as calls outside the event loop or after {@link #closed}. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** Waits for {@code count} frames and returns all. */
    public synchronized List<Frame> awaitFrames(int count) {
        await(count + " frames", () -> frames.size() >= count);
        return frames();
    }

    /** Waits for {@code count} bytes and returns all. */
    public synchronized byte[] awaitBytes(long count) {
        await(count + " bytes", () -> bytes >= count);
        return bytes();
    }

    public synchronized void awaitInputEnded() {
        await("the end of the input", () -> inputEnded);
    }

    /** Waits for {@code count} calls of {@link #written}. */
    public synchronized void awaitWritten(int count) {
        await(count + " calls of written", () -> writtenCalls >= count);
    }

    /** Waits for the link to end. */
    public synchronized CloseReason awaitClosed() {
        await("the end", () -> reason != null);
        return Objects.requireNonNull(reason);
    }

    final void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("no " + what + " within " + DEADLINE + ": " + this);
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    @Override
    public synchronized String toString() {
        return "RecordingHandler[frames="
                + frames.size()
                + ", bytes="
                + bytes
                + ", inputEnded="
                + inputEnded
                + ", reason="
                + reason
                + ", violations="
                + violations
                + "]";
    }
}
