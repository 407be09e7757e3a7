package io.heliograph.channel;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.ChannelDirectory.Candidate;
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
 * Finds the host of a channel, or becomes it. Each attempt runs on a thread that may block.
 *
 * <ol>
 *   <li>Whoever accepts a connection at an entry of the directory is the host.
 *   <li>If nobody does, the same once more under the lock of the directory, which is one process's at a time.
 *   <li>If still nobody does, this process listens at its own entry before it lets go of the lock.
 * </ol>
 */
final class Election {

    /**
     * Where and how.
     *
     * @param links of the connection to a host
     * @param hostLinks of the connections that this process accepts as the host
     * @param mayHost whether this process may become the host
     * @param pid the only host to look for, and the entry to host under; 0 for any, and its own
     */
    record Terms(
            Transport transport,
            EventLoop loop,
            LinkOptions links,
            LinkOptions hostLinks,
            ChannelDirectory directory,
            Rendezvous rendezvous,
            boolean mayHost,
            long pid) {

        boolean isUnix() {
            return switch (rendezvous) {
                case UNIX -> true;
                case LOOPBACK -> false;
                case AUTOMATIC -> transport.supports(new Address.Unix(directory.entry(Processes.OWN)));
            };
        }

        long ownPid() {
            return pid == 0 ? Processes.OWN : pid;
        }
    }

    /** Who takes part. */
    interface Party {

        /** There is a connection to a host; returns what is to handle the link. Called on the loop. */
        LinkHandler linked(Link link, byte[] token);

        /**
         * This process is about to be the host.
         *
         * @param token what others must show; empty over a Unix socket
         */
        Transport.AcceptHandler door(byte[] token);

        /** This process has become the host; it connects to itself only now. Called where the election runs. */
        default void hosts(Hosting hosting) {}

        /** A connection of another user was refused. Called on the loop. */
        void refused(TransportException why);
    }

    /**
     * How an attempt went.
     *
     * @param connected whether {@link Party#linked} was called
     * @param hosting not null if this process has become the host, also if it could not connect to itself
     * @param why why not connected
     */
    record Outcome(
            boolean connected,
            @Nullable Hosting hosting,
            @Nullable HeliographException why) {}

    private static final Duration LOCK_PAUSE = Duration.ofMillis(2);
    private static final int LOCK_LOOKS = 20;

    // Longer than an attempt to connect may take.
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Terms terms;
    private final Party party;

    Election(Terms terms, Party party) {
        this.terms = terms;
        this.party = party;
    }

    /**
     * Tries once.
     *
     * @return fails with a {@link TransportException} if trying again would not help; its thread is any
     */
    CompletableFuture<Outcome> attempt() {
        CompletableFuture<Outcome> result = new CompletableFuture<>();
        Blocking.start(() -> {
            try {
                result.complete(run());
            } catch (NoSuchFileException e) {
                // The directory was removed under our feet.
                result.complete(new Outcome(false, null, nobody(e)));
            } catch (AccessDeniedException e) {
                result.completeExceptionally(
                        new TransportException("EACCES", "no permission for " + e.getMessage(), e));
            } catch (IOException e) {
                result.completeExceptionally(
                        new TransportException("", "the channel at " + terms.directory.path() + " failed: " + e, e));
            } catch (CompletionException e) {
                result.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private Outcome run() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Found found = attach(false);
            if (found != Found.NOBODY || !terms.mayHost) {
                return outcome(found);
            }
            terms.directory.prepare();
            try (LockFile lock = LockFile.tryTake(terms.directory.lockFile())) {
                if (lock != null) {
                    found = attach(true);
                    return found == Found.NOBODY ? host() : outcome(found);
                }
            }
            // Another is about to host: it will be there soon, or dead.
            if (System.nanoTime() - deadline > 0) {
                return new Outcome(false, null, nobody(null));
            }
            awaitLock();
        }
    }

    /**
     * ManagedBlocking until the lock is given back. Not for long, for its owner may have died; and with few looks, for it is its owner
     * who needs the processor now, and all the others wait likewise.
     */
    private void awaitLock() {
        Path lock = terms.directory.lockFile();
        for (int i = 0; i < LOCK_LOOKS && Files.exists(lock, LinkOption.NOFOLLOW_LINKS); i++) {
            LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        }
    }

    private Outcome outcome(Found found) {
        boolean connected = found == Found.HOST;
        return new Outcome(connected, null, connected ? null : nobody(null));
    }

    /** Becomes the host; under the lock. */
    private Outcome host() throws IOException {
        Hosting hosting = terms.isUnix() ? listenUnix() : listenLoopback();
        party.hosts(hosting);
        Candidate own = terms.directory.candidate(terms.ownPid());
        boolean connected = own != null && connect(own) == null;
        return new Outcome(connected, hosting, connected ? null : nobody(null));
    }

    private UnreachableException nobody(@Nullable Throwable cause) {
        Path where = terms.pid == 0 ? terms.directory.path() : terms.directory.entry(terms.pid);
        return new UnreachableException("nobody hosts the channel at " + where, cause);
    }

    // ---- joining a host

    private enum Found {
        HOST,
        NOBODY,
        /** There is a host, which has more connections to accept than the system lets wait. */
        BUSY_HOST
    }

    /**
     * Connects to whoever accepts.
     *
     * @param tidy whether to remove the entries of the dead; under the lock only
     */
    private Found attach(boolean tidy) throws IOException {
        if (terms.pid != 0) {
            Candidate only = terms.directory.candidate(terms.pid);
            return only == null ? Found.NOBODY : found(connect(only));
        }
        for (Candidate candidate : terms.directory.candidates()) {
            if (candidate.isAlive()) {
                Found found = found(connect(candidate));
                if (found != Found.NOBODY) {
                    return found;
                }
            } else if (tidy) {
                // A process that is not to be seen from here may still answer at a socket file; a
                // port may be another's.
                boolean dead = candidate.address() instanceof Address.Tcp || isRefusal(connect(candidate));
                if (!dead) {
                    return Found.HOST;
                }
                Files.deleteIfExists(candidate.path());
            }
        }
        return Found.NOBODY;
    }

    private static Found found(@Nullable HeliographException why) {
        if (why == null) {
            return Found.HOST;
        }
        boolean busy = why.getCause() instanceof TransportException cause
                && cause.code().equals("EAGAIN");
        return busy ? Found.BUSY_HOST : Found.NOBODY;
    }

    private static boolean isRefusal(@Nullable HeliographException why) {
        if (why == null) {
            return false;
        }
        if (why.getCause() instanceof TransportException cause
                && !cause.code().equals("ECONNREFUSED")
                && !cause.code().equals("ENOENT")) {
            throw cause;
        }
        return true;
    }

    /** Connects and waits for the outcome; null if that went well. */
    private @Nullable HeliographException connect(Candidate candidate) {
        return connect(candidate, link -> party.linked(link, candidate.token().toByteArray()));
    }

    private @Nullable HeliographException connect(Candidate candidate, Function<Link, LinkHandler> handlers) {
        CompletableFuture<@Nullable HeliographException> outcome = new CompletableFuture<>();
        UserPrincipal self = Users.self();
        terms.transport.connect(candidate.address(), terms.loop, terms.links, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                TransportException stranger = stranger(link, self);
                if (stranger != null) {
                    party.refused(stranger);
                    outcome.complete(stranger);
                    link.close(new CloseReason.Failed(stranger));
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
        return outcome.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static final LinkHandler IGNORING = new LinkHandler() {
        @Override
        public void frame(Link link, io.heliograph.frame.Frame frame) {}

        @Override
        public void closed(Link link, CloseReason reason) {}
    };

    /** Why the peer is not to be trusted; null if it is this user, or the system does not tell. */
    private static @Nullable TransportException stranger(Link link, UserPrincipal self) {
        return link.credentials()
                .filter(peer -> !peer.user().equals(self))
                .map(peer -> new TransportException(
                        "EACCES",
                        "refused a connection with user "
                                + peer.user().getName()
                                + " (expected: user "
                                + self.getName()
                                + ")",
                        null))
                .orElse(null);
    }

    // ---- being the host

    /** Whether there is a host that members try before this one. */
    private boolean isSecond() throws IOException {
        if (terms.pid != 0) {
            return false; // its members come to it alone
        }
        for (Candidate candidate : terms.directory.candidates()) {
            if (candidate.pid() >= terms.ownPid()) {
                break;
            }
            if (candidate.isAlive() && found(connect(candidate, Election::hangUp)) != Found.NOBODY) {
                return true;
            }
        }
        return false;
    }

    private static LinkHandler hangUp(Link link) {
        link.close(new CloseReason.Local());
        return IGNORING;
    }

    private Hosting listenUnix() throws IOException {
        Path entry = terms.directory.entry(terms.ownPid());
        Acceptor acceptor = SocketFile.listen(
                        terms.transport,
                        entry,
                        SocketFile.Options.ownerOnly(),
                        terms.loop,
                        terms.hostLinks,
                        new Guarded(party.door(new byte[0])))
                .join();
        return new Hosting(acceptor, entry, false, this::isSecond);
    }

    private Hosting listenLoopback() throws IOException {
        byte[] token = new byte[ChannelDirectory.TOKEN_BYTES];
        RANDOM.nextBytes(token);
        Path entry = terms.directory.entry(terms.ownPid());
        if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                && terms.directory.candidate(terms.ownPid()) == null) {
            throw new TransportException("EADDRINUSE", entry + " exists and is not ours; it was left alone", null);
        }
        Acceptor acceptor = terms.transport
                .listen(new Address.Tcp("127.0.0.1", 0), terms.loop, terms.hostLinks, new Guarded(party.door(token)))
                .join();
        try {
            publish(entry, ((Address.Tcp) acceptor.address()).port(), token);
            return new Hosting(acceptor, entry, true, this::isSecond);
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            throw e;
        }
    }

    /** Makes the file with port and token appear at once, readable by its owner. */
    private static void publish(Path entry, int port, byte[] token) throws IOException {
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

    /** Lets in this user only. */
    private final class Guarded implements Transport.AcceptHandler {

        private final Transport.AcceptHandler inner;
        private final UserPrincipal self = Users.self();

        Guarded(Transport.AcceptHandler inner) {
            this.inner = inner;
        }

        @Override
        public @Nullable LinkHandler accepted(Link link) {
            TransportException stranger = stranger(link, self);
            if (stranger != null) {
                party.refused(stranger);
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
