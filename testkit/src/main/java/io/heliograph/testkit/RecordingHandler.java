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
 * A handler that writes down what its link tells it, and whether the link kept the rules of {@link LinkHandler}.
 *
 * <p>To answer as well, override a method and call {@code super}. Waiting ends after {@link #DEADLINE} with an {@link
 * AssertionError} that says what was there instead; it needs a transport with threads, or another thread to run the loops.
 */
public class RecordingHandler implements LinkHandler {

    /** How long a test waits for what must happen: 10 s. */
    public static final Duration DEADLINE = Duration.ofSeconds(10);

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

    /** Notes which link it handles; {@link #frame} does so too, but may come late or never. */
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

    /** What {@link #inputEnded} does, less ending the output. */
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

    /** The link, waiting for it to be known. */
    public synchronized Link link() {
        await("the link", () -> link != null);
        return Objects.requireNonNull(link);
    }

    /** The frames received so far. */
    public synchronized List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** How many frames were received so far. */
    public synchronized int frameCount() {
        return frames.size();
    }

    /** How many bytes the frames received so far have. */
    public synchronized long byteCount() {
        return bytes;
    }

    /** The bytes of the frames received so far, one after the other. */
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

    /** Why the link ended, or null while it is open. */
    public synchronized @Nullable CloseReason reason() {
        return reason;
    }

    /** What the link did against the rules: calls off its loop, or after the last one. */
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

    private void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("waited in vain for " + what + "; there is " + this);
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
