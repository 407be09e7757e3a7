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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listening socket files of Unix domain sockets.
 *
 * <ul>
 *   <li>A stale file of a terminated server is replaced. A file that is not a socket fails with {@code EADDRINUSE}, and so does that of a live
 *       server, unless it is to be taken over.
 *   <li>Only one of several servers that start at once on one path succeeds: {@link LockFile} {@code <path>.lock}
 *       serializes them.
 *   <li>The file has the configured mode. Its directory must not allow other users to replace the file.
 *   <li>A refused start changes no file.
 *   <li>Closing deletes the file unless another server has replaced it.
 * </ul>
 */
public final class SocketFile {

    private static final Logger log = LoggerFactory.getLogger(SocketFile.class);
    private static final Executor BLOCKING =
            task -> Thread.ofVirtual().name("heliograph-socket-file").start(task);
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    /**
     * Mode of the socket file, and check of its directory.
     *
     * @param mode permissions of the file; a client needs write permission to connect
     * @param checkDirectory whether to reject a directory that is writable by all users or by a group without the sticky bit ({@code
     *     /tmp} has it), or that belongs neither to this user nor to root. The private group of a user, and any group if
     *     {@code mode} lets the group connect, may write
     * @param takeOver whether to replace the file of a live server, atomically; new clients then connect to this server
     */
    public record Options(Set<PosixFilePermission> mode, boolean checkDirectory, boolean takeOver) {

        private static final Options OWNER_ONLY =
                new Options(PosixFilePermissions.fromString("rw-------"), true, false);

        public Options {
            mode = Set.copyOf(mode);
        }

        /** Creates options that leave the file of a live server as it is. */
        public Options(Set<PosixFilePermission> mode, boolean checkDirectory) {
            this(mode, checkDirectory, false);
        }

        /** Returns options with which a file replaces that of a live server, whose clients stay connected to it. */
        public Options withTakeOver(boolean takeOver) {
            return new Options(mode, checkDirectory, takeOver);
        }

        /** Returns mode {@code rw-------} with the directory check. */
        public static Options ownerOnly() {
            return OWNER_ONLY;
        }

        /** Returns whether no other user can connect. */
        public boolean isOwnerOnly() {
            return mode.stream().allMatch(permission -> permission.name().startsWith("OWNER_"));
        }

        /** Returns whether the group of the file can connect. */
        boolean isForGroup() {
            return mode.contains(PosixFilePermission.GROUP_WRITE);
        }
    }

    private SocketFile() {}

    /** Returns the maximum length of a socket path in UTF-8 bytes: 103 on macOS, else 107. */
    public static int maxPathBytes() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac") ? 103 : 107;
    }

    /**
     * Checks the length of a socket path. The system itself would truncate a longer path.
     *
     * @return {@code path}
     * @throws IllegalArgumentException if the path is too long
     */
    public static Path checkLength(Path path) {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        checkArgument(
                bytes <= maxPathBytes(),
                "socket file '%s' has %s bytes (expected: at most %s, the system's limit for socket paths)",
                path,
                bytes,
                maxPathBytes());
        return path;
    }

    /**
     * Listens on the socket file at {@code path}. The file operations run on a virtual thread.
     *
     * @param transport transport of the socket
     * @param path path of the socket file
     * @param file mode and directory check
     * @param loop event loop of the accepted links, or null to distribute them over the transport's event loops
     * @param links options of the accepted links
     * @param handler receives the accepted links
     * @return completes with the listening socket; fails with {@link TransportException}, or with {@link
     *     IllegalArgumentException} if the path is too long
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
                        bound -> transport.listen(
                                new Address.Unix(bound), loop, links, new SettingMode(bound, file, handler))));
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

    /** Binds the socket at a path. */
    private interface Bind {
        CompletableFuture<Acceptor> bind(Path path);
    }

    private static Acceptor claim(Path path, Options file, Bind bind) throws IOException {
        Path directory = directory(path);
        if (file.checkDirectory()) {
            SocketDirectory.check(directory, Users.selfAndRoot(), file.isForGroup());
        }
        refuseOtherFile(path);
        try (LockFile lock = lock(path)) {
            if (file.takeOver() && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return takeOver(path, bind);
            }
            deleteStale(path);
            Acceptor acceptor = bind.bind(path).join();
            return new Claimed(acceptor, path, key(path));
        }
    }

    /** Binds a socket beside the path, and renames its file to the path. The caller holds the lock. */
    private static Acceptor takeOver(Path path, Bind bind) throws IOException {
        refuseOtherFile(path);
        Path beside = checkLength(path.resolveSibling(
                "." + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 24))));
        Acceptor acceptor = bind.bind(beside).join();
        try {
            Object key = key(beside);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
            log.info("Socket file taken over path={}", path);
            return new Claimed(acceptor, path, key);
        } catch (IOException | RuntimeException failure) {
            acceptor.close();
            Files.deleteIfExists(beside);
            throw failure;
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

    /** Deletes the stale file of a terminated server. The caller holds the lock. */
    private static void deleteStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        refuseOtherFile(path);
        if (isAccepting(path)) {
            throw failure("EADDRINUSE", "another server listens on " + path, null);
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failure("EADDRINUSE", "the stale socket file " + path + " could not be removed", e);
        }
        log.info("Stale socket file removed path={}", path);
    }

    /** Fails if the path is a file that is not a socket. Other servers may create and delete the socket at any time. */
    private static void refuseOtherFile(Path path) throws IOException {
        boolean other;
        try {
            other = !isSocket(path);
        } catch (NoSuchFileException e) {
            other = false;
        }
        if (other) {
            throw failure(
                    "EADDRINUSE", path + " exists and is not a socket (expected: a socket file or no file)", null);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & TYPE_MASK) == TYPE_SOCKET;
    }

    /**
     * Returns whether a server listens at {@code path}. The probe does not block: a server with a full accept queue is
     * alive.
     */
    private static boolean isAccepting(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("temporarily unavailable")) {
                return true;
            }
            throw failure("EADDRINUSE", "the socket file " + path + " exists, and a connection to it failed", e);
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

    /** Handler that sets the mode of the file before a client can connect. */
    private record SettingMode(Path path, Options file, Transport.AcceptHandler handler)
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

    /** Listening socket that deletes its file when it closes. */
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
            return acceptor.address() instanceof Address.Unix ? new Address.Unix(path) : acceptor.address();
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
                log.warn("Socket file not removed path={} cause={}", path, e.toString());
            } finally {
                closed.complete(null);
            }
        }
    }
}
