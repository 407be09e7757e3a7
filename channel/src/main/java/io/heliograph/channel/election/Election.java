package io.heliograph.channel.election;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.election.ChannelDirectory.Candidate;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.unix.LockFile;
import io.heliograph.unix.SocketFile;
import io.heliograph.unix.Users;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the host of a channel, or makes this process the host. Each attempt runs on its own thread and may block.
 *
 * <ol>
 *   <li>Connects to the candidates in the directory. The first that accepts is the host.
 *   <li>If no candidate accepts, takes the lock of the directory and connects to the candidates again.
 *   <li>If still no candidate accepts, listens at its own entry before it releases the lock.
 * </ol>
 */
public final class Election {

    /**
     * Settings of an election.
     *
     * @param links options of the connection to a host
     * @param hostLinks options of the connections that this process accepts as the host
     * @param mayHost whether this process may become the host
     * @param pid process id in the names of directory entries: connects only to the host of this entry, and hosts under
     *     this entry. 0 connects to any host and hosts under the id of this process
     */
    public record Settings(
            Transport transport,
            EventLoop loop,
            LinkOptions links,
            LinkOptions hostLinks,
            ChannelDirectory directory,
            Rendezvous rendezvous,
            boolean mayHost,
            long pid) {

        private boolean isUnix() {
            return switch (rendezvous) {
                case UNIX -> true;
                case LOOPBACK -> false;
                case AUTOMATIC -> transport.supports(new Address.Unix(directory.entry(Processes.OWN)));
            };
        }

        private long ownPid() {
            return pid == 0 ? Processes.OWN : pid;
        }
    }

    /** Callbacks of an election. */
    public interface Listener {

        /**
         * Returns the handler of a new connection to a host. Event loop only.
         *
         * @param token secret to present to the host; empty over a Unix domain socket
         */
        LinkHandler connected(Link link, byte[] token);

        /**
         * Returns the handler of the connections that this process accepts as the host. Called on the thread of the election.
         *
         * @param token secret that members must present; empty over a Unix domain socket
         */
        Transport.AcceptHandler hosting(byte[] token);

        /** This process has become the host and has not yet connected to itself. Called on the thread of the election. */
        default void elected(HostSocket socket) {}

        /** A connection with another user was rejected. Event loop only. */
        void rejected(TransportException cause);
    }

    /**
     * Outcome of an attempt.
     *
     * @param connected whether {@link Listener#connected} was called
     * @param hostSocket not null if this process has become the host, even if it could not connect to itself
     * @param failure not null if not connected
     */
    public record Outcome(
            boolean connected,
            @Nullable HostSocket hostSocket,
            @Nullable HeliographException failure) {}

    private enum Attachment {
        HOST,
        NO_HOST,
        /** A host whose accept queue is full. */
        BUSY_HOST
    }

    private static final Duration LOCK_POLL_INTERVAL = Duration.ofMillis(2);
    private static final int LOCK_POLLS = 20;

    // Exceeds the time that an attempt to connect may take.
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final LinkHandler IGNORING = new LinkHandler() {
        @Override
        public void frame(Link link, Frame frame) {}

        @Override
        public void closed(Link link, CloseReason reason) {}
    };

    private final Settings settings;
    private final Listener listener;

    public Election(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Makes one attempt.
     *
     * @return fails with a {@link TransportException} if a retry cannot succeed; completes on any thread
     */
    public CompletableFuture<Outcome> attempt() {
        CompletableFuture<Outcome> result = new CompletableFuture<>();
        BlockingTask.start(() -> {
            try {
                result.complete(run());
            } catch (NoSuchFileException e) {
                // The directory was removed concurrently.
                result.complete(new Outcome(false, null, noHost(e)));
            } catch (AccessDeniedException e) {
                result.completeExceptionally(
                        new TransportException("EACCES", "no permission for " + e.getMessage(), e));
            } catch (IOException e) {
                result.completeExceptionally(
                        new TransportException("", "the channel at " + settings.directory.path() + " failed: " + e, e));
            } catch (CompletionException e) {
                result.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private Outcome run() throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            Attachment attachment = attach(false);
            if (attachment != Attachment.NO_HOST || !settings.mayHost) {
                return outcome(attachment);
            }
            settings.directory.prepare();
            try (LockFile lock = LockFile.tryTake(settings.directory.lockFile())) {
                if (lock != null) {
                    attachment = attach(true);
                    return attachment == Attachment.NO_HOST ? host() : outcome(attachment);
                }
            }
            // The owner of the lock is about to host, or has died.
            if (System.nanoTime() - deadline > 0) {
                return new Outcome(false, null, noHost(null));
            }
            awaitLock();
        }
    }

    /**
     * Waits until the lock is released. The time is short because the owner may have died; the polls are few because the owner and
     * all other waiting members compete for the processor.
     */
    private void awaitLock() {
        Path lock = settings.directory.lockFile();
        for (int i = 0; i < LOCK_POLLS && Files.exists(lock, LinkOption.NOFOLLOW_LINKS); i++) {
            LockSupport.parkNanos(LOCK_POLL_INTERVAL.toNanos());
        }
    }

    private Outcome outcome(Attachment attachment) {
        boolean connected = attachment == Attachment.HOST;
        return new Outcome(connected, null, connected ? null : noHost(null));
    }

    /** Becomes the host. The caller holds the lock. */
    private Outcome host() throws IOException {
        HostSocket socket = settings.isUnix() ? listenUnix() : listenLoopback();
        listener.elected(socket);
        Candidate own = settings.directory.candidate(settings.ownPid());
        boolean connected = own != null && connect(own) == null;
        return new Outcome(connected, socket, connected ? null : noHost(null));
    }

    private UnreachableException noHost(@Nullable Throwable cause) {
        Path where = settings.pid == 0 ? settings.directory.path() : settings.directory.entry(settings.pid);
        return new UnreachableException("no process hosts the channel at " + where, cause);
    }

    // ---- connecting

    /**
     * Connects to the first candidate that accepts.
     *
     * @param removeStale whether to remove the entries of processes that have ended; only with the lock
     */
    private Attachment attach(boolean removeStale) throws IOException {
        if (settings.pid != 0) {
            Candidate only = settings.directory.candidate(settings.pid);
            return only == null ? Attachment.NO_HOST : attachment(connect(only));
        }
        for (Candidate candidate : settings.directory.candidates()) {
            if (candidate.isAlive()) {
                Attachment attachment = attachment(connect(candidate));
                if (attachment != Attachment.NO_HOST) {
                    return attachment;
                }
            } else if (removeStale) {
                // A process of another process namespace may still accept at a socket file; a port may belong to
                // another program.
                boolean stale = candidate.address() instanceof Address.Tcp || isUnreachable(connect(candidate));
                if (!stale) {
                    return Attachment.HOST;
                }
                Files.deleteIfExists(candidate.path());
            }
        }
        return Attachment.NO_HOST;
    }

    private static Attachment attachment(@Nullable HeliographException failure) {
        if (failure == null) {
            return Attachment.HOST;
        }
        boolean busy = failure.getCause() instanceof TransportException cause
                && cause.code().equals("EAGAIN");
        return busy ? Attachment.BUSY_HOST : Attachment.NO_HOST;
    }

    private static boolean isUnreachable(@Nullable HeliographException failure) {
        if (failure == null) {
            return false;
        }
        if (failure.getCause() instanceof TransportException cause
                && !cause.code().equals("ECONNREFUSED")
                && !cause.code().equals("ENOENT")) {
            throw cause;
        }
        return true;
    }

    /** Connects and waits for the outcome: null, or the failure. */
    private @Nullable HeliographException connect(Candidate candidate) {
        return connect(
                candidate, link -> listener.connected(link, candidate.token().toByteArray()));
    }

    private @Nullable HeliographException connect(Candidate candidate, Function<Link, LinkHandler> handlers) {
        CompletableFuture<@Nullable HeliographException> outcome = new CompletableFuture<>();
        UserPrincipal self = Users.self();
        settings.transport.connect(candidate.address(), settings.loop, settings.links, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                TransportException rejection = rejectionOfUser(link, self);
                if (rejection != null) {
                    listener.rejected(rejection);
                    outcome.complete(rejection);
                    link.close(new CloseReason.Failed(rejection));
                    return IGNORING;
                }
                LinkHandler handler = handlers.apply(link);
                outcome.complete(null);
                return handler;
            }

            @Override
            public void failed(HeliographException cause) {
                outcome.complete(cause);
            }
        });
        return outcome.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Returns an exception if the peer belongs to another user; null if it does not, or if the user is unknown. */
    private static @Nullable TransportException rejectionOfUser(Link link, UserPrincipal self) {
        return link.credentials()
                .filter(peer -> !peer.user().equals(self))
                .map(peer -> new TransportException(
                        "EACCES",
                        "rejected a connection with user " + peer.user().getName() + " (expected: user "
                                + self.getName() + ")",
                        null))
                .orElse(null);
    }

    // ---- hosting

    private boolean hasPrecedingHost() throws IOException {
        if (settings.pid != 0) {
            return false; // its members connect to this entry only
        }
        for (Candidate candidate : settings.directory.candidates()) {
            if (candidate.pid() >= settings.ownPid()) {
                break;
            }
            if (candidate.isAlive() && attachment(connect(candidate, Election::closeProbe)) != Attachment.NO_HOST) {
                return true;
            }
        }
        return false;
    }

    private static LinkHandler closeProbe(Link link) {
        link.close(new CloseReason.Local());
        return IGNORING;
    }

    private HostSocket listenUnix() throws IOException {
        Path entry = settings.directory.entry(settings.ownPid());
        Acceptor acceptor = SocketFile.listen(
                        settings.transport,
                        entry,
                        SocketFile.Options.ownerOnly(),
                        settings.loop,
                        settings.hostLinks,
                        new SameUserAcceptor(listener.hosting(new byte[0])))
                .join();
        return new HostSocket(acceptor, entry, false, this::hasPrecedingHost);
    }

    private HostSocket listenLoopback() throws IOException {
        byte[] token = new byte[ChannelDirectory.TOKEN_BYTES];
        RANDOM.nextBytes(token);
        Path entry = settings.directory.entry(settings.ownPid());
        if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                && settings.directory.candidate(settings.ownPid()) == null) {
            throw new TransportException(
                    "EADDRINUSE", entry + " exists and is neither a socket nor a port file; remove it", null);
        }
        Acceptor acceptor = settings.transport
                .listen(
                        new Address.Tcp("127.0.0.1", 0),
                        settings.loop,
                        settings.hostLinks,
                        new SameUserAcceptor(listener.hosting(token)))
                .join();
        try {
            writePortFile(entry, ((Address.Tcp) acceptor.address()).port(), token);
            return new HostSocket(acceptor, entry, true, this::hasPrecedingHost);
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            throw e;
        }
    }

    /** Writes the file with the port and the token atomically, readable by its owner only. */
    private static void writePortFile(Path entry, int port, byte[] token) throws IOException {
        Path draft = entry.resolveSibling(entry.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                draft,
                port + "\n" + HexFormat.of().formatHex(token) + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.WRITE);
        Files.move(draft, entry, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Rejects connections of other users. */
    private final class SameUserAcceptor implements Transport.AcceptHandler {

        private final Transport.AcceptHandler inner;
        private final UserPrincipal self = Users.self();

        SameUserAcceptor(Transport.AcceptHandler inner) {
            this.inner = inner;
        }

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            TransportException rejection = rejectionOfUser(link, self);
            if (rejection != null) {
                listener.rejected(rejection);
                return null;
            }
            return inner.accepted(link);
        }

        @Override
        public void failed(HeliographException cause) {
            inner.failed(cause);
        }
    }
}
