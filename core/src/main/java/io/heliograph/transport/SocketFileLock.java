package io.heliograph.transport;

import io.heliograph.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The right to change a socket file, among the processes of this machine. It may block.
 *
 * <p>It is a lock on a file beside the socket, which is deleted with it: so after getting a lock one has to see that the
 * file is still the one at that path.
 */
final class SocketFileLock implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(5);

    // A file lock belongs to the whole process, so within it threads take turns by this.
    private static final ReentrantLock turn = new ReentrantLock();

    private final Path file;
    private final FileChannel channel;
    private final int owner;

    private SocketFileLock(Path file, FileChannel channel, int owner) {
        this.file = file;
        this.channel = channel;
        this.owner = owner;
    }

    static SocketFileLock take(Path socket) throws IOException {
        Path file = socket.resolveSibling(socket.getFileName() + ".lock");
        turn.lock();
        boolean taken = false;
        try {
            SocketFileLock lock = await(file);
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                turn.unlock();
            }
        }
    }

    /** The user this process acts as. */
    int owner() {
        return owner;
    }

    private static SocketFileLock await(Path file) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            FileChannel channel = open(file);
            boolean ours = false;
            try {
                FileLock lock = tryLock(channel);
                if (lock != null && isStill(file, channel)) {
                    ours = true;
                    return new SocketFileLock(
                            file, channel, (int) Files.getAttribute(file, "unix:uid"));
                }
            } finally {
                if (!ours) {
                    channel.close();
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TransportException(
                        "EAGAIN",
                        "another process has held the lock "
                                + file
                                + " for "
                                + PATIENCE.toSeconds()
                                + " s",
                        null);
            }
            pause();
        }
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (AccessDeniedException e) {
            throw new TransportException(
                    "EACCES",
                    "no permission to create files in the directory of the socket: " + file,
                    e);
        }
    }

    /** Whether the file that was locked still has its name: its last owner may have deleted it in between. */
    private static boolean isStill(Path file, FileChannel channel) throws IOException {
        // What only the holder of the lock can have written is found at the path, if it is the same
        // file.
        byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(mark), 0);
        try {
            return Arrays.equals(mark, Files.readAllBytes(file));
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
            throw new TransportException(
                    "EINTR", "interrupted while waiting for the lock of a socket file", e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } finally {
            turn.unlock();
        }
    }
}
