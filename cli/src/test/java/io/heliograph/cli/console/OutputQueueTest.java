package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputQueueTest {

    private final Target target = new Target();
    private final OutputQueue queue = new OutputQueue(target, "standard output", 1000);

    @Test
    void linesAreWrittenInOrder() {
        for (int i = 0; i < 100; i++) {
            queue.add(i + "\n");
            if (i % 10 == 0) {
                Await.value(queue.drained());
            }
        }
        Await.value(queue.drained());

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            expected.add(Integer.toString(i));
        }
        assertThat(target.text().lines()).isEqualTo(expected);
    }

    @Test
    void fullQueueDropsTheOldestLinesAndNamesTheirNumber() {
        queue.notice(count -> count + " dropped\n");
        target.stall();
        queue.add("first\n");
        Await.value(target.blocked);
        String filler = "x".repeat(100) + "\n";
        for (int i = 0; i < 50; i++) {
            queue.add(filler);
        }
        queue.add("last\n");
        target.resume();
        Await.value(queue.drained());

        // 1000 bytes hold "last" and 6 lines of 101 bytes, each with 48 bytes of overhead.
        assertThat(target.text()).isEqualTo("first\n44 dropped\n" + filler.repeat(6) + "last\n");
    }

    @Test
    void numberOfDroppedLinesIsPrintedOnce() {
        queue.notice(count -> count + " dropped\n");
        target.stall();
        queue.add("first\n");
        Await.value(target.blocked);
        queue.add("a".repeat(600) + "\n");
        queue.add("b".repeat(600) + "\n");
        target.resume();
        Await.value(queue.drained());
        queue.add("next\n");
        Await.value(queue.drained());

        assertThat(target.text()).isEqualTo("first\n1 dropped\n" + "b".repeat(600) + "\nnext\n");
    }

    @Test
    void lineLongerThanTheQueueIsWritten() {
        String line = "x".repeat(5000) + "\n";
        queue.add(line);
        Await.value(queue.drained());

        assertThat(target.text()).isEqualTo(line);
    }

    @Test
    void shortLinesShareAWriteThatPipesDoNotMix() {
        OutputQueue large = new OutputQueue(target, "standard output", 1 << 20);
        target.stall();
        large.add("first\n");
        Await.value(target.blocked);
        for (int i = 0; i < 100; i++) {
            large.add("x".repeat(99) + "\n");
        }
        target.resume();
        Await.value(large.drained());

        assertThat(target.sizes).allMatch(size -> size <= 4096).hasSizeLessThan(6);
    }

    @Test
    void writtenLinesLeaveTheQueue() {
        queue.notice(count -> "dropped\n");
        for (int round = 0; round < 20; round++) {
            target.stall();
            queue.add("first\n");
            Await.value(target.blocked);
            for (int i = 0; i < 10; i++) {
                queue.add("line\n");
            }
            target.resume();
            Await.value(queue.drained());
        }

        assertThat(target.text()).isEqualTo(("first\n" + "line\n".repeat(10)).repeat(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Broken pipe", "Daten\u00fcbergabe unterbrochen (broken pipe)", "Connection reset by peer"})
    void closedPipeIsNoFailure(String message) {
        target.failure = message;
        queue.add("a\n");

        assertThat(Await.value(queue.broken())).isNull();
        Await.value(queue.drained());
    }

    @Test
    void otherFailureNamesTargetAndCause() {
        target.failure = "No space left on device";
        queue.add("a\n");

        Await.value(queue.drained());
        assertThatThrownBy(() -> queue.broken().join())
                .hasCauseInstanceOf(CommandFailure.class)
                .hasMessageEndingWith("cannot write to standard output: No space left on device.");
    }

    @Test
    void brokenTargetGetsNoFurtherLines() {
        target.failure = "Broken pipe";
        queue.add("a\n");
        Await.value(queue.broken());
        Await.value(queue.drained());
        target.failure = null;
        queue.add("b\n");

        assertThat(queue.drained()).isCompleted();
        assertThat(target.text()).isEmpty();
    }

    @Test
    void linesBehindAFailedWriteAreDropped() {
        target.stall();
        queue.add("a\n");
        Await.value(target.blocked);
        queue.add("b\n");
        target.failure = "Broken pipe";
        target.failsOnce = true;
        target.resume();
        Await.value(queue.drained());

        assertThat(target.failure).isNull();
        assertThat(target.text()).isEmpty();
    }

    @Test
    void logMessageIsOneEntryWithoutControlCharacters() {
        PrintStream log = new PrintStream(queue.logStream(), true, StandardCharsets.UTF_8);
        log.println("WARN \u001b[2Jred\u202e\u009b\tend");
        log.println("\tat Some.method\rover");
        Await.value(queue.drained());

        assertThat(target.text()).isEqualTo("WARN \\u001b[2Jred\\u202e\\u009b\tend\n\tat Some.method\\rover\n");
    }

    @Test
    void logMessageWithoutEndIsBounded() {
        OutputQueue large = new OutputQueue(target, "standard error", 1 << 20);
        PrintStream log = new PrintStream(large.logStream(), false, StandardCharsets.UTF_8);
        for (int i = 0; i < 200; i++) {
            log.print("x".repeat(1000));
        }
        log.flush();
        Await.value(large.drained());

        assertThat(target.text()).hasSize(200_000);
        assertThat(target.sizes).hasSizeGreaterThan(1).allMatch(size -> size <= 100_000);
    }

    /** Target that records its writes, and that can stall and fail. */
    private static final class Target extends OutputStream {

        volatile CompletableFuture<Void> blocked = new CompletableFuture<>();
        final List<Integer> sizes = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Semaphore gate = new Semaphore(1);
        volatile @Nullable String failure;
        volatile boolean failsOnce;

        void stall() {
            gate.acquireUninterruptibly();
            blocked = new CompletableFuture<>();
        }

        void resume() {
            gate.release();
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int from, int length) throws IOException {
            blocked.complete(null);
            gate.acquireUninterruptibly();
            gate.release();
            String message = failure;
            if (message != null) {
                failure = failsOnce ? null : message;
                throw new IOException(message);
            }
            synchronized (this) {
                sizes.add(length);
                bytes.write(source, from, length);
            }
        }
    }
}
