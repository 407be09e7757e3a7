package io.heliograph.unix;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.heliograph.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
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
 * <p>An existing file is used only if it is the lock of a terminated process of this user: a regular file with mode {@code
 * rw-------}, without further links, that is empty or begins with {@code heliograph lock}. Any other file is neither changed nor
 * deleted, and the lock is refused.
 *
 * <p>Not reentrant: a thread may hold the locks of several files, but must not acquire the same lock twice.
 */
public final class LockFile implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY_DELAY = Duration.ofMillis(2);
    private static final byte[] HEADER = "heliograph lock\n".getBytes(StandardCharsets.US_ASCII);
    private static final long MAX_MARK = 1 << 24;
    private static final int OWNER_ONLY = 0600;
    private static final int PERMISSIONS = 07777;

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
    private final long mark;

    private LockFile(ThreadLock threadLock, Path file, FileChannel channel, long mark) {
        this.threadLock = threadLock;
        this.file = file;
        this.channel = channel;
        this.mark = mark;
    }

    /**
     * Acquires the lock; blocks up to 5 s.
     *
     * @param file lock file, created with mode {@code rw-------}; its directory must exist
     * @throws TransportException if another process holds the lock for 5 s ({@code EAGAIN}), the file cannot be created
     *     for lack of permission ({@code EACCES}), the thread is interrupted ({@code EINTR}), or the name belongs to a
     *     file that is not a lock of this user ({@code EEXIST})
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
        if (channel == null) {
            return null;
        }
        boolean acquired = false;
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                return null;
            }
            checkContent(file, channel);
            long mark = mark(channel);
            if (isNamed(file, mark)) {
                acquired = true;
                return new LockFile(threadLock, file, channel, mark);
            }
            return null;
        } finally {
            if (!acquired) {
                channel.close();
            }
        }
    }

    /**
     * Opens or creates the lock file. Returns null if another process created or deleted the file at the same time: the
     * caller must retry.
     */
    private static @Nullable FileChannel open(Path file) throws IOException {
        try {
            return Files.exists(file, NOFOLLOW_LINKS) ? openExisting(file) : create(file);
        } catch (AccessDeniedException e) {
            throw new TransportException("EACCES", "no permission to create the lock " + file, e);
        }
    }

    private static @Nullable FileChannel openExisting(Path file) throws IOException {
        try {
            checkFile(file);
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS);
        } catch (NoSuchFileException deleted) {
            return null;
        }
    }

    private static @Nullable FileChannel create(Path file) throws IOException {
        try {
            return FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException created) {
            return null;
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            Path directory = file.getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                throw e;
            }
            String reason = e.getReason() == null ? "the file system does not allow new files" : e.getReason();
            throw new TransportException(
                    reason.contains("Read-only") ? "EROFS" : "", "cannot create the lock " + file + ": " + reason, e);
        }
    }

    /** Checks that an existing file may be a lock of this user, before it is opened. */
    private static void checkFile(Path file) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(file, "unix:mode,nlink,owner,isRegularFile", NOFOLLOW_LINKS);
        if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))
                || !(attributes.get("mode") instanceof Integer mode)
                || (mode & PERMISSIONS) != OWNER_ONLY
                || !(attributes.get("nlink") instanceof Integer links)
                || links > 1
                || !Users.self().equals(attributes.get("owner"))) {
            throw foreign(file);
        }
    }

    /** Checks that the file is empty, as a new one, or begins with the header. */
    private static void checkContent(Path file, FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(HEADER.length);
        int length = 0;
        while (start.hasRemaining() && length >= 0) {
            length = channel.read(start, start.position());
        }
        if (start.position() > 0 && !Arrays.equals(start.array(), HEADER)) {
            throw foreign(file);
        }
    }

    private static TransportException foreign(Path file) {
        return new TransportException(
                "EEXIST",
                "the file " + file
                        + " exists and is not a lock of this user (expected: no file, or one that begins with"
                        + " 'heliograph lock', is private to the user and has no further links)",
                null);
    }

    /**
     * Gives the locked file a random size, by which its owner recognizes it.
     *
     * <p>The previous owner may have deleted the file before this process locked it, and the name may belong to another
     * file. The file must not be opened to find that out: POSIX releases all locks of a process on a file when the
     * process closes any descriptor of the file.
     */
    private static long mark(FileChannel channel) throws IOException {
        long mark = ThreadLocalRandom.current().nextLong(HEADER.length + 1, MAX_MARK);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(HEADER), 0);
        channel.write(ByteBuffer.wrap(new byte[1]), mark - 1);
        return mark;
    }

    /** Returns whether the file at the path is the marked one. */
    private static boolean isNamed(Path file, long mark) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS)
                            .size()
                    == mark;
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

    /** Releases the lock and deletes the file, unless another file has its name now. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (isNamed(file, mark)) {
                Files.deleteIfExists(file);
            }
        } finally {
            threadLock.leave(file);
        }
    }
}
