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
 * A turn at something that the processes and threads of this machine may do one at a time, such as changing a socket file.
 *
 * <p>It is the operating system's lock on a file, which is deleted when the turn is over; the system ends the turn of a process
 * that dies. One thread takes turns at two files without waiting for itself, but not twice at the same.
 */
public final class LockFile implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final long MARKS = 1 << 24;

    // A file lock belongs to the whole process, so within it threads take turns by these.
    private static final Map<Path, Turn> turns = new ConcurrentHashMap<>();

    /** The turns of the threads of this process at one file. */
    private static final class Turn extends ReentrantLock {

        private static final long serialVersionUID = 1L;

        // How many threads have it or wait for it; changed within an operation on the map.
        int users;

        /** The turn at a file, to be locked, and given back by {@link #leave}. */
        static Turn at(Path file) {
            return turns.compute(file, (path, present) -> {
                Turn one = present == null ? new Turn() : present;
                one.users++;
                return one;
            });
        }

        void leave(Path file) {
            if (isHeldByCurrentThread()) {
                unlock();
            }
            turns.computeIfPresent(file, (path, present) -> --present.users == 0 ? null : present);
        }
    }

    private final Turn turn;
    private final Path file;
    private final FileChannel channel;
    private final int owner;

    private LockFile(Turn turn, Path file, FileChannel channel, int owner) {
        this.turn = turn;
        this.file = file;
        this.channel = channel;
        this.owner = owner;
    }

    /**
     * ManagedBlocking for a turn, for 5 s at most.
     *
     * @param file the file to lock, which is made with mode {@code rw-------}; its directory must exist
     * @throws TransportException with {@code EAGAIN} if others have held it for all that time, {@code EACCES} without the
     *     permission to make it, {@code EINTR} if the thread is interrupted
     */
    public static LockFile take(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Turn turn = Turn.at(absolute);
        turn.lock();
        boolean taken = false;
        try {
            LockFile lock = await(turn, absolute);
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                turn.leave(absolute);
            }
        }
    }

    /**
     * Takes a turn if nobody has it now; otherwise as {@link #take}.
     *
     * @return null if somebody has it
     */
    public static @Nullable LockFile tryTake(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Turn turn = Turn.at(absolute);
        LockFile lock = null;
        try {
            lock = turn.tryLock() ? attempt(turn, absolute) : null;
            return lock;
        } finally {
            if (lock == null) {
                turn.leave(absolute);
            }
        }
    }

    /** The user this process acts as. */
    public int owner() {
        return owner;
    }

    private static LockFile await(Turn turn, Path file) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            LockFile lock = attempt(turn, file);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TransportException(
                        "EAGAIN",
                        "another process has held the lock " + file + " for " + PATIENCE.toSeconds() + " s",
                        null);
            }
            pause();
        }
    }

    private static @Nullable LockFile attempt(Turn turn, Path file) throws IOException {
        FileChannel channel = open(file);
        boolean ours = false;
        try {
            FileLock lock = tryLock(channel);
            if (lock != null && isStill(file, channel)) {
                ours = true;
                return new LockFile(turn, file, channel, (int) Files.getAttribute(file, "unix:uid"));
            }
            return null;
        } finally {
            if (!ours) {
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
     * Whether the file that was locked still has its name: its last owner may have deleted it in between.
     *
     * <p>Opening the file to see would be the end of the lock: POSIX drops all locks that a process has on a file when the
     * process closes any of its descriptors for it. So the file is told by a size that only the holder of the lock can have
     * given it.
     */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        long mark = ThreadLocalRandom.current().nextLong(1, MARKS);
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
            return null; // held by another copy of this class in the process
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException("EINTR", "interrupted while waiting for a lock", e);
        }
    }

    /** Ends the turn. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } finally {
            turn.leave(file);
        }
    }
}
