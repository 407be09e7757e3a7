package io.heliograph.cli.console;

import io.heliograph.internal.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of lines in front of standard output or standard error.
 *
 * <p>Adding a line never blocks: a daemon thread writes the lines, those of up to 4 KiB by one write each. When the target
 * accepts nothing and the queue is full, the oldest lines are dropped; a notice with their number precedes the next line.
 *
 * <p>Thread-safe.
 */
public final class OutputQueue {

    /** Maximum size of the queued lines, in bytes. */
    public static final int MAX_QUEUED_BYTES = 4 << 20;

    /** Largest write that pipes do not mix with the writes of other processes. */
    private static final int BATCH = 4096;

    /** Approximate size of an entry of the queue in memory. */
    private static final int OVERHEAD = 48;

    private static final Pattern LINE_OR_SEPARATOR = Pattern.compile("[^\\r\\n\\t]+|\\r?\\n|[\\r\\t]");
    private static final Set<String> SEPARATORS = Set.of("\n", "\r\n", "\t");

    private final OutputStream target;
    private final String name;
    private final int maxBytes;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private final ThreadPoolExecutor writer;

    private final Object lock = new Object();

    // Guarded by lock.
    private final Deque<byte[]> lines = new ArrayDeque<>();
    private long bytes;
    private long dropped;
    private LongFunction<String> notice = count -> "helio: " + count + " lines dropped: the output is not read\n";
    private CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);

    /**
     * @param name name of the target, for messages
     * @param maxBytes maximum size of the queued lines; a single line may be longer
     */
    public OutputQueue(OutputStream target, String name, int maxBytes) {
        this.target = target;
        this.name = name;
        this.maxBytes = maxBytes;
        this.writer = new ThreadPoolExecutor(
                0,
                1,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("helio-output").factory());
    }

    /** Replaces the notice of dropped lines; the result for a number of lines is one line with its terminator. */
    public void notice(LongFunction<String> format) {
        synchronized (lock) {
            notice = format;
        }
    }

    /** Enqueues {@code text}, which includes its line terminator. Does nothing if the target is broken. */
    public void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Enqueues one line of text. */
    public void addLine(String text) {
        add(text + System.lineSeparator());
    }

    private void add(byte[] line) {
        synchronized (lock) {
            if (broken.isDone()) {
                return;
            }
            lines.addLast(line);
            bytes += line.length + OVERHEAD;
            while (bytes > maxBytes && lines.size() > 1) {
                bytes -= lines.removeFirst().length + OVERHEAD;
                dropped++;
            }
            if (drained.isDone()) {
                drained = new CompletableFuture<>();
                writer.execute(this::drain);
            }
        }
    }

    /**
     * Returns a future that completes when a write has failed: normally if the reader of a pipe has left, as with {@code head -1},
     * otherwise with a {@link CommandFailure}. Further lines are dropped.
     */
    public CompletableFuture<Void> broken() {
        return broken;
    }

    /** Returns a future that completes when all lines added so far have been written, or the target is broken. */
    public CompletableFuture<Void> drained() {
        synchronized (lock) {
            return drained;
        }
    }

    /** Returns a stream that enqueues as one entry the bytes written since the last flush. */
    public OutputStream stream() {
        return new EntryStream(text -> text);
    }

    /** Returns the same for log messages, in which a peer may have written parts: all but line breaks and tabs is printable. */
    public OutputStream logStream() {
        return new EntryStream(text -> LINE_OR_SEPARATOR
                .matcher(text)
                .replaceAll(part -> Matcher.quoteReplacement(
                        SEPARATORS.contains(part.group()) ? part.group() : Printable.of(part.group()))));
    }

    private void drain() {
        byte[] batch = next();
        while (batch != null) {
            try {
                target.write(batch);
                target.flush();
            } catch (IOException e) {
                fail(e);
            }
            batch = next();
        }
    }

    /** Returns the next lines to write; null at the end, which completes {@link #drained}. */
    private byte @Nullable [] next() {
        synchronized (lock) {
            if (dropped > 0) {
                byte[] line = notice.apply(dropped).getBytes(StandardCharsets.UTF_8);
                dropped = 0;
                return line;
            }
            byte[] first = lines.pollFirst();
            if (first == null) {
                drained.complete(null);
                return null;
            }
            bytes -= first.length + OVERHEAD;
            byte[] second = lines.peekFirst();
            if (second == null || first.length + second.length > BATCH) {
                return first;
            }
            ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH);
            batch.writeBytes(first);
            while (second != null && batch.size() + second.length <= BATCH) {
                lines.removeFirst();
                bytes -= second.length + OVERHEAD;
                batch.writeBytes(second);
                second = lines.peekFirst();
            }
            return batch.toByteArray();
        }
    }

    private void fail(IOException failure) {
        synchronized (lock) {
            lines.clear();
            bytes = 0;
            dropped = 0;
            if (isClosedPipe(failure)) {
                broken.complete(null);
            } else {
                broken.completeExceptionally(
                        new CommandFailure("cannot write to " + name + ": " + Event.messageOf(failure) + "."));
            }
        }
    }

    /** Whether the reader of a pipe or a connection has left. The JDK reports the error in words only. */
    private static boolean isClosedPipe(IOException failure) {
        String words = Event.messageOf(failure).toLowerCase(Locale.ROOT);
        return words.contains("pipe") || words.contains("connection reset");
    }

    /** Collects the bytes between flushes. Guarded by itself. */
    private final class EntryStream extends OutputStream {

        private static final int MAX_ENTRY = 64 * 1024;

        private final ByteArrayOutputStream entry = new ByteArrayOutputStream(256);
        private final UnaryOperator<String> filter;

        EntryStream(UnaryOperator<String> filter) {
            this.filter = filter;
        }

        @Override
        public synchronized void write(int b) {
            entry.write(b);
            limit();
        }

        @Override
        public synchronized void write(byte[] source, int from, int length) {
            entry.write(source, from, length);
            limit();
        }

        @Override
        public synchronized void flush() {
            if (entry.size() > 0) {
                add(filter.apply(entry.toString(StandardCharsets.UTF_8)));
                entry.reset();
            }
        }

        private void limit() {
            if (entry.size() >= MAX_ENTRY) {
                flush();
            }
        }
    }
}
