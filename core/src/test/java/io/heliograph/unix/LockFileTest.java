package io.heliograph.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
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

    @Test
    void attemptsOfOtherThreadsDoNotReleaseTheLock() throws Exception {
        assumeTrue(Files.isReadable(LOCKS), "only Linux lists its locks");
        Path file = folder.resolve("held.lock");
        try (LockFile lock = LockFile.take(file)) {
            Object inode = Files.getAttribute(file, "unix:ino");
            for (int i = 0; i < 3; i++) {
                AtomicReference<Object> outcome = new AtomicReference<>("none");
                Thread other = Thread.ofPlatform().start(() -> {
                    try {
                        outcome.set(LockFile.tryTake(file) == null ? "held" : "taken");
                    } catch (IOException e) {
                        outcome.set(e);
                    }
                });
                other.join();
                assertThat(outcome).hasValue("held");
                assertThat(Files.readAllLines(LOCKS)).anyMatch(line -> line.contains(":" + inode + " "));
            }
        }
    }

    @Test
    void fileOfTheUserIsNeitherChangedNorDeleted() throws IOException {
        Path file = folder.resolve("notes.lock");
        Files.writeString(file, "precious");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertRefused(file);
        assertThat(file).hasContent("precious");
    }

    @Test
    void refusedLockLeavesNoOpenFile() throws IOException {
        Path file = folder.resolve("foreign.lock");
        Files.writeString(file, "another program's file");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        for (int i = 0; i < 20; i++) {
            assertRefused(file);
        }
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "only Linux lists open files");
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.filter(Files::isSymbolicLink).map(LockFileTest::target))
                    .doesNotContain(file.toString());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    @Test
    void emptyFileThatOthersCanReadIsNotALock() throws IOException {
        Path file = Files.createFile(folder.resolve("empty.lock"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(file);
        assertThat(file).isEmptyFile();
    }

    @Test
    void linksAndDirectoriesAreNotLocks() throws IOException {
        Path target = folder.resolve("target");
        try (LockFile lock = LockFile.take(target)) {
            Files.copy(target, folder.resolve("old"), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.move(folder.resolve("old"), target);
        long size = Files.size(target);
        assertRefused(Files.createSymbolicLink(folder.resolve("symbolic.lock"), target));
        assertRefused(Files.createLink(folder.resolve("hard.lock"), target));
        assertRefused(Files.createDirectory(folder.resolve("directory.lock")));
        assertThat(target).hasSize(size);
    }

    @Test
    void fileOfAnotherUserIsNotALock() throws IOException {
        Path file = Files.createFile(folder.resolve("other.lock"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assumeTrue(Users.self().equals(Users.named("root")), "only root can give files away");
        Files.setAttribute(file, "unix:uid", 65534);
        assertRefused(file);
        assertThat(file).isEmptyFile();
    }

    @Test
    void lockOfATerminatedProcessIsTaken() throws IOException {
        Path file = folder.resolve("stale.lock");
        try (LockFile lock = LockFile.take(file)) {
            Files.copy(file, folder.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.move(folder.resolve("copy"), file);
        try (LockFile lock = LockFile.take(file)) {
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void fileThatReplacedTheLockIsKept() throws IOException {
        Path file = folder.resolve("replaced.lock");
        try (LockFile lock = LockFile.take(file)) {
            Files.delete(file);
            Files.writeString(file, "precious");
        }
        assertThat(file).hasContent("precious");
    }

    @Test
    void refusedLockIsFreeForOtherThreads() throws IOException {
        Path file = Files.createFile(folder.resolve("refused.lock"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(file);
        Files.delete(file);
        try (LockFile lock = LockFile.take(file)) {
            assertThat(file).exists();
        }
    }

    private static void assertRefused(Path file) {
        assertThatThrownBy(() -> LockFile.take(file))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        refused -> assertThat(refused.code()).isEqualTo("EEXIST"))
                .hasMessageContaining("the file " + file + " exists and is not a lock of this user");
        assertThat(Files.exists(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    // ---- several processes

    /** Takes and releases a lock many times, and fails if another process holds it at the same time. */
    static final class Contender {

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            Path inside = Path.of(args[1]);
            for (int i = 0; i < 300; i++) {
                try (LockFile lock = LockFile.take(file)) {
                    Files.createFile(inside); // fails if the other process is inside too
                    Thread.onSpinWait();
                    Files.delete(inside);
                }
            }
        }
    }

    @Test
    void processesThatDeleteTheFileExcludeEachOther() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Contender.class.getName(),
                            folder.resolve("shared.lock").toString(),
                            folder.resolve("inside").toString())
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(processes)
                .allSatisfy(process -> assertThat(process.exitValue()).isZero());
        assertThat(folder).isEmptyDirectory();
    }
}
