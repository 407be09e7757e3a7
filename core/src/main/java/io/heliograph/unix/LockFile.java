package io.heliograph.unix;

import io.heliograph.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive lock between the processes and threads of this machine, held while a socket file is changed.
 *
 * <p>The lock is an operating system lock on a file. The kernel releases it when its process dies. {@link #close}
 * deletes the file.
 *
 * <p>Not reentrant: a thread may hold the locks of several files, but must not acquire the same lock twice.
 */
public final class LockFile implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY_DELAY = Duration.ofMillis(2);
    private static final long MAX_MARK = 1 << 24;

    // File locks belong to the whole process; these locks exclude the other threads of this process.
    private static final Map<Path, ThreadLock> threadLocks = new ConcurrentHashMap<>();

    /** Lock between the threads of this process for one file. */
    private static final class ThreadLock extends ReentrantLock {

        private static final long serialVersionUID = 1L;

        // Number of threads that hold or acquire the lock. Modified inside operations on the map only.
        int users;

        /** Returns the lock of a file, to be locked by the caller and released by {@link #leave}. */
        static ThreadLock at(Path file) {
            return threadLocks.compute(file, (path, present) -> {
                ThreadLock lock = present == null ? new ThreadLock() : present;
                lock.users++;
                return lock;
            });
        }

        void leave(Path file) {
            if (isHeldByCurrentThread()) {
                unlock();
            }
            threadLocks.computeIfPresent(file, (path, present) -> --present.users == 0 ? null : present);
        }
    }

    private final ThreadLock threadLock;
    private final Path file;
    private final FileChannel channel;
    private final int owner;

    private LockFile(ThreadLock threadLock, Path file, FileChannel channel, int owner) {
        this.threadLock = threadLock;
        this.file = file;
        this.channel = channel;
        this.owner = owner;
    }

    /**
     * Acquires the lock; blocks up to 5 s.
     *
     * @param file lock file, created with mode {@code rw-------}; its directory must exist
     * @throws TransportException if another process holds the lock for 5 s ({@code EAGAIN}), the file cannot be created
     *     for lack of permission ({@code EACCES}), or the thread is interrupted ({@code EINTR})
     */
    public static LockFile take(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        ThreadLock threadLock = ThreadLock.at(absolute);
        threadLock.lock();
        boolean taken = false;
        try {
            LockFile lock = acquire(threadLock, absolute);
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                threadLock.leave(absolute);
            }
        }
    }

    /**
     * Acquires the lock if it is free.
     *
     * @return the lock, or null if another thread or process holds it
     * @throws TransportException if the file cannot be created for lack of permission ({@code EACCES})
     */
    public static @Nullable LockFile tryTake(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        ThreadLock threadLock = ThreadLock.at(absolute);
        LockFile lock = null;
        try {
            lock = threadLock.tryLock() ? tryAcquire(threadLock, absolute) : null;
            return lock;
        } finally {
            if (lock == null) {
                threadLock.leave(absolute);
            }
        }
    }

    /** Returns the numeric id of the user of this process. */
    public int owner() {
        return owner;
    }

    private static LockFile acquire(ThreadLock threadLock, Path file) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            LockFile lock = tryAcquire(threadLock, file);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TransportException(
                        "EAGAIN",
                        "another process has held the lock " + file + " for " + TIMEOUT.toSeconds() + " s",
                        null);
            }
            pause();
        }
    }

    private static @Nullable LockFile tryAcquire(ThreadLock threadLock, Path file) throws IOException {
        FileChannel channel = open(file);
        boolean acquired = false;
        try {
            FileLock lock = tryLock(channel);
            if (lock != null && isStillNamed(file, channel)) {
                acquired = true;
                return new LockFile(threadLock, file, channel, (int) Files.getAttribute(file, "unix:uid"));
            }
            return null;
        } finally {
            if (!acquired) {
                channel.close();
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (AccessDeniedException e) {
            throw new TransportException("EACCES", "no permission to create the lock " + file, e);
        }
    }

    /**
     * Returns whether the locked file still has its name: the previous owner may have deleted it meanwhile.
     *
     * <p>The file must not be opened for this check: POSIX releases all locks of a process on a file when the process
     * closes any descriptor of the file. Instead the file is recognized by a random size, which only the lock owner can
     * have set.
     */
    private static boolean isStillNamed(Path file, FileChannel channel) throws IOException {
        long mark = ThreadLocalRandom.current().nextLong(1, MAX_MARK);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(new byte[1]), mark - 1);
        try {
            return Files.size(file) == mark;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held through another class loader's copy of this class
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException("EINTR", "interrupted while waiting for a lock", e);
        }
    }

    /** Releases the lock and deletes the file. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } finally {
            threadLock.leave(file);
        }
    }
}
