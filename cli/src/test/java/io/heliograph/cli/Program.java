package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.heliograph.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Run of {@code helio} in this process, with streams that the test controls. */
public final class Program implements AutoCloseable {

    public static final long DEADLINE_SECONDS = 20;

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z";

    private final Input in = new Input();
    private final Output out = new Output();
    private final Output err = new Output();
    private final List<Runnable> hangups = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> interrupted = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    private Program(boolean color, String... args) {
        Terminal terminal = Terminal.of(
                in, out, err, color ? Terminal.Style.COLOR : Terminal.Style.JSON, interrupted, hangups::add);
        CompletableFuture.supplyAsync(
                        () -> Helio.run(terminal, withoutDefaultSocket(args)),
                        run -> Thread.ofPlatform().daemon().start(run))
                .whenComplete((exit, failure) -> {
                    if (failure == null) {
                        code.complete(exit);
                    } else {
                        code.completeExceptionally(failure);
                    }
                });
    }

    /** Adds an option, so that servers of tests neither use nor need the socket file of the user. */
    static String[] withoutDefaultSocket(String... args) {
        List<String> words = new ArrayList<>(List.of(args));
        if (args.length > 0
                && args[0].equals("serve")
                && !words.contains("--socket")
                && !words.contains("--no-socket")) {
            words.add(1, "--no-socket");
        }
        return words.toArray(String[]::new);
    }

    /** Starts {@code helio} with an open standard input. */
    public static Program start(String... args) {
        return new Program(false, args);
    }

    public static Program startOnTerminal(String... args) {
        return new Program(true, args);
    }

    /** Runs {@code helio} to its exit, with {@code input} as standard input. */
    public static Program run(String input, String... args) {
        Program program = start(args);
        program.type(input);
        program.endInput();
        program.exitCode();
        return program;
    }

    public void type(String text) {
        in.bytes.add(text.getBytes(StandardCharsets.UTF_8));
    }

    public void endInput() {
        in.bytes.add(Input.END);
    }

    /** Does the same as SIGINT and SIGTERM. */
    public void interrupt() {
        interrupted.complete(null);
    }

    /** Does the same as SIGHUP to a command that handles it. */
    public void hangUp() {
        hangups.forEach(Runnable::run);
    }

    /** Closes standard output: further writes fail. */
    public void closeOutput() {
        failOutput("Broken pipe");
    }

    /** Lets further writes to standard output fail. */
    public void failOutput(String message) {
        out.failure = message;
    }

    /** Lets writes to standard output wait, as those to a pipe that nobody reads. */
    public void stallOutput() {
        out.gate.drainPermits();
    }

    /** Ends {@link #stallOutput()}. */
    public void resumeOutput() {
        out.gate.release(Integer.MAX_VALUE / 2);
    }

    /** Returns the next line of standard output, an event without its time. */
    public String line() {
        return withoutTime(rawLine());
    }

    private static String withoutTime(String line) {
        if (line.startsWith("{\"event\":")) {
            assertThat(line).matches("\\{\"event\":\"[^\"]*\",\"time\":\"" + TIME + "\".*");
        }
        return line.replaceFirst("^(\\{\"event\":\"[^\"]*\"),\"time\":\"" + TIME + "\"", "$1");
    }

    /** Returns the next line of standard output. */
    public String rawLine() {
        try {
            String line = out.lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                fail("no further line; standard error: " + err());
                throw new AssertionError();
            }
            return line;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the next line, which must be this event. */
    public String line(String event) {
        String line = line();
        assertThat(line).contains("\"event\":\"" + event + "\"");
        return line;
    }

    /** Returns all further lines of standard output. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        out.lines.drainTo(lines);
        lines.replaceAll(Program::withoutTime);
        return lines;
    }

    /** Returns all of standard error. */
    public String err() {
        return err.lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    public boolean isRunning() {
        return !code.isDone();
    }

    public int exitCode() {
        return code.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        endInput();
        interrupt();
        exitCode();
    }

    private static final class Input extends InputStream {

        /** End of the input. */
        static final byte[] END = {};

        final BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();
        private byte @Nullable [] current;
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            try {
                byte[] source = current;
                while (source == null || (source.length > 0 && at == source.length)) {
                    source = bytes.take();
                    current = source;
                    at = 0;
                }
                if (source.length == 0) {
                    return -1;
                }
                int count = Math.min(length, source.length - at);
                System.arraycopy(source, at, target, from, count);
                at += count;
                return count;
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    private static final class Output extends OutputStream {

        final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
        volatile @Nullable String failure;

        @Override
        public synchronized void write(int b) throws IOException {
            gate.acquireUninterruptibly();
            if (failure != null) {
                throw new IOException(failure);
            }
            if (b == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }
}
