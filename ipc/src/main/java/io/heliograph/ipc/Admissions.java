package io.heliograph.ipc;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Counters;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.unix.AllowedUsers;
import io.heliograph.unix.SocketFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Admission control of a server: socket file, allowed users, and number of connections. */
final class Admissions {

    private final Path socketFile;
    private final SocketFile.Options file;
    private final @Nullable List<String> userNames;
    private final int maxConnections;
    private final Counters counters;

    // Written before the first link is accepted.
    private volatile AllowedUsers allowedUsers = AllowedUsers.ALL;

    // A connection counts until its disconnect event has been delivered, so that short-lived connections cannot fill
    // the
    // executor.
    private final AtomicInteger admitted = new AtomicInteger();

    Admissions(IpcOptions.Server options, Counters counters) {
        this.socketFile = options.shared().socketFile();
        this.file = new SocketFile.Options(options.fileMode(), options.checkDirectory(), options.takeOver());
        this.userNames = options.allowedUsers();
        this.maxConnections = options.maxConnections();
        this.counters = counters;
    }

    /** Starts to listen. */
    CompletableFuture<Acceptor> listen(
            Transport transport, EventLoop loop, LinkOptions links, Transport.AcceptHandler handler) {
        if (!transport.hasSocketFiles()) {
            return transport.listen(new Address.Unix(socketFile), loop, links, handler);
        }
        // Looking up users and files may block.
        CompletableFuture<AllowedUsers> users = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            try {
                users.complete(lookUpUsers());
            } catch (RuntimeException e) {
                users.completeExceptionally(e);
            }
        });
        return users.thenCompose(found -> {
            allowedUsers = found;
            return SocketFile.listen(transport, socketFile, file, loop, links, handler);
        });
    }

    private AllowedUsers lookUpUsers() {
        if (userNames != null) {
            return AllowedUsers.named(userNames);
        }
        return file.isOwnerOnly() ? AllowedUsers.selfAndRoot() : AllowedUsers.ALL;
    }

    /**
     * Admits or rejects a peer.
     *
     * @return the reason of a rejection; null if the peer is admitted
     */
    @Nullable
    TransportException admit(Link link) {
        if (!allowedUsers.allow(link.credentials())) {
            counters.drop(DropReason.USER_REFUSED, 1);
            return new TransportException(
                    "EACCES",
                    "rejected a connection of " + AllowedUsers.describe(link.credentials())
                            + " (expected: a user of allowUsers)",
                    null);
        }
        if (admitted.get() >= maxConnections) {
            counters.drop(DropReason.TOO_MANY_CONNECTIONS, 1);
            return new TransportException(
                    "EMFILE",
                    "rejected a connection: " + maxConnections
                            + " connections are open (expected: at most maxConnections)",
                    null);
        }
        admitted.incrementAndGet();
        return null;
    }

    /** Releases the admission of a peer whose disconnect event has been delivered. */
    void release() {
        admitted.decrementAndGet();
    }
}
