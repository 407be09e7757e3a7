package io.heliograph.unix;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix domain socket with care for the file that names it.
 *
 * <ul>
 *   <li>A file that a dead server left behind is replaced. A live server is left alone, and so is anything that is not a
 *       socket; the answer is then {@code EADDRINUSE}.
 *   <li>Of several servers that start at once on one path, one gets it: they take turns by a lock on {@code <path>.lock},
 *       which the kernel releases when its owner dies.
 *   <li>The file gets the wanted mode, and its directory must not let a stranger replace it.
 *   <li>Closing removes the file, unless it is another's by now.
 * </ul>
 */
public final class SocketFile {

    private static final Logger log = LoggerFactory.getLogger(SocketFile.class);
    private static final Executor BLOCKING =
            task -> Thread.ofVirtual().name("heliograph-socket-file").start(task);
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;
    private static final int WRITABLE_BY_ALL = 02;
    private static final int STICKY = 01000;

    /**
     * What is asked of the file and its directory.
     *
     * @param mode who may do what with the file; to connect, one must be allowed to write
     * @param checkDirectory whether to refuse a directory that everybody may write to (unless it is sticky, as {@code /tmp}
     *     is) or that belongs neither to this user nor to root
     */
    public record Options(Set<PosixFilePermission> mode, boolean checkDirectory) {

        private static final Options OWNER_ONLY = new Options(PosixFilePermissions.fromString("rw-------"), true);

        public Options {
            mode = Set.copyOf(mode);
        }

        /** Read and write for the owner, and a directory that is checked. */
        public static Options ownerOnly() {
            return OWNER_ONLY;
        }

        /** Whether nobody but the owner is let in. */
        public boolean isOwnerOnly() {
            return mode.stream().allMatch(permission -> permission.name().startsWith("OWNER_"));
        }
    }

    private SocketFile() {}

    /** The longest path the system takes, in bytes of UTF-8: 103 on macOS, else 107. */
    public static int maxPathBytes() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac") ? 103 : 107;
    }

    /**
     * Checks the length, which the system itself would answer by cutting the path short.
     *
     * @throws IllegalArgumentException naming the length and the limit
     */
    public static Path checkLength(Path path) {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        checkArgument(
                bytes <= maxPathBytes(),
                "socket file '%s' has %s bytes (expected: at most %s, the system's limit for the path of a socket)",
                path,
                bytes,
                maxPathBytes());
        return path;
    }

    /**
     * Listens on the socket file at {@code path}.
     *
     * @return fails with a {@link TransportException}, or with an {@link IllegalArgumentException} for a path that is too long
     */
    public static CompletableFuture<Acceptor> listen(
            Transport transport,
            Path path,
            Options file,
            @Nullable EventLoop loop,
            LinkOptions links,
            Transport.AcceptHandler handler) {
        CompletableFuture<Acceptor> result = new CompletableFuture<>();
        BLOCKING.execute(() -> {
            try {
                checkLength(path);
                result.complete(claim(
                        path,
                        file,
                        () -> transport.listen(
                                new Address.Unix(path), loop, links, new Limiting(path, file, handler))));
            } catch (CompletionException e) {
                result.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } catch (IOException e) {
                result.completeExceptionally(failure("", "cannot listen on " + path, e));
            }
        });
        return result;
    }

    /** Starts to listen, at the path that was claimed. */
    private interface Bind {
        CompletableFuture<Acceptor> bind();
    }

    private static Acceptor claim(Path path, Options file, Bind bind) throws IOException {
        Path directory = directory(path);
        try (LockFile lock = lock(path)) {
            if (file.checkDirectory()) {
                checkDirectory(directory, lock.owner());
            }
            makeRoom(path);
            Acceptor acceptor = bind.bind().join();
            return new Claimed(acceptor, path, key(path));
        }
    }

    private static LockFile lock(Path path) throws IOException {
        return LockFile.take(path.resolveSibling(path.getFileName() + ".lock"));
    }

    private static Path directory(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        Path directory = parent == null ? path.toAbsolutePath().getRoot() : parent;
        if (!Files.isDirectory(directory)) {
            boolean exists = Files.exists(directory);
            throw failure(
                    exists ? "ENOTDIR" : "ENOENT",
                    "cannot listen on "
                            + path
                            + ": "
                            + directory
                            + (exists ? " is not a directory" : " does not exist"),
                    null);
        }
        return directory;
    }

    private static void checkDirectory(Path directory, int self) throws IOException {
        int mode = (int) Files.getAttribute(directory, "unix:mode");
        int owner = (int) Files.getAttribute(directory, "unix:uid");
        if ((mode & WRITABLE_BY_ALL) != 0 && (mode & STICKY) == 0) {
            throw failure(
                    "EPERM",
                    "the directory "
                            + directory
                            + " may be written to by everybody, who could replace a socket in it"
                            + " (expected: a private or a sticky directory)",
                    null);
        }
        if (owner != 0 && owner != self) {
            throw failure(
                    "EPERM",
                    "the directory "
                            + directory
                            + " belongs to user "
                            + owner
                            + ", who could replace a socket in it"
                            + " (expected: user "
                            + self
                            + " or root)",
                    null);
        }
    }

    /** Removes what a dead server left at the path; under the lock. */
    private static void makeRoom(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw failure("EADDRINUSE", path + " exists and is not a socket; it was left alone", null);
        }
        if (isAnswered(path)) {
            throw failure("EADDRINUSE", "another server listens on " + path, null);
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failure("EADDRINUSE", "the stale socket file " + path + " could not be removed", e);
        }
        log.info("removed the stale socket file {}", path);
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & TYPE_MASK) == TYPE_SOCKET;
    }

    /** Whether a server answers there. Without waiting: one whose queue is full is alive. */
    private static boolean isAnswered(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            if (text.contains("temporarily unavailable")) {
                return true;
            }
            throw failure("EADDRINUSE", "the socket file " + path + " is there and cannot be tried", e);
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static TransportException failure(String code, String message, @Nullable Throwable cause) {
        return new TransportException(code, message, cause);
    }

    /** Sets the mode of the file before anybody can connect. */
    private record Limiting(Path path, Options file, Transport.AcceptHandler handler)
            implements Transport.AcceptHandler {

        @Override
        public void bound() {
            try {
                Files.setPosixFilePermissions(path, file.mode());
            } catch (IOException e) {
                throw failure("", "the mode of " + path + " cannot be set", e);
            }
            handler.bound();
        }

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            return handler.accepted(link);
        }

        @Override
        public void failed(HeliographException cause) {
            handler.failed(cause);
        }
    }

    /** A listening socket that takes its file away when it closes. */
    private static final class Claimed implements Acceptor {

        private final Acceptor acceptor;
        private final Path path;
        private final @Nullable Object key;
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private boolean closing;

        Claimed(Acceptor acceptor, Path path, @Nullable Object key) {
            this.acceptor = acceptor;
            this.path = path;
            this.key = key;
        }

        @Override
        public Address address() {
            return acceptor.address();
        }

        @Override
        public int openConnections() {
            return acceptor.openConnections();
        }

        @Override
        public long acceptedConnections() {
            return acceptor.acceptedConnections();
        }

        @Override
        public CompletableFuture<Void> end(Duration timeout) {
            CompletableFuture<Void> ended = acceptor.end(timeout);
            return close().thenCompose(done -> ended);
        }

        @Override
        public CompletableFuture<Void> close() {
            synchronized (this) {
                if (closing) {
                    return closed;
                }
                closing = true;
            }
            acceptor.close().whenCompleteAsync((done, failed) -> removeFile(), BLOCKING);
            return closed;
        }

        private void removeFile() {
            try (LockFile lock = lock(path)) {
                if (key != null && key.equals(key(path))) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException | RuntimeException e) {
                log.warn("the socket file {} was not removed: {}", path, e.toString());
            } finally {
                closed.complete(null);
            }
        }
    }
}
