package io.heliograph.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {

    private static final Path LOCKS = Path.of("/proc/locks");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void lockIsHeldUntilClose() throws IOException {
        assumeTrue(Files.isReadable(LOCKS), "only Linux lists its locks");
        Path file = folder.resolve("a.lock");
        Object inode;
        try (LockFile lock = LockFile.take(file)) {
            inode = Files.getAttribute(file, "unix:ino");
            assertThat(Files.readAllLines(LOCKS)).anyMatch(line -> line.contains(":" + inode + " "));
            assertThat(lock.owner()).isEqualTo(Files.getAttribute(folder, "unix:uid"));
        }
        assertThat(Files.readAllLines(LOCKS)).noneMatch(line -> line.contains(":" + inode + " "));
        assertThat(file).doesNotExist();
    }

    @Test
    void threadsExcludeEachOtherPerFile() throws Exception {
        Path file = folder.resolve("b.lock");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                ready.countDown();
                try (LockFile lock = LockFile.take(file);
                        LockFile other = LockFile.take(folder.resolve("c.lock"))) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    // The first thread keeps the lock until all others wait for it.
                    ready.await();
                    inside.decrementAndGet();
                } catch (IOException | InterruptedException e) {
                    most.set(100);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most).hasValue(1);
    }
}
