package io.heliograph.ipc;

import io.heliograph.Address;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Counters;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Transport;
import io.heliograph.unix.SocketFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way into a server: its socket file, who may connect, and how many. */
final class Door {

    private final Path socketFile;
    private final SocketFile.Options file;
    private final @Nullable List<String> allowedUsers;
    private final int maxClients;
    private final boolean real;
    private final Counters counters;

    // Set before the first link can be accepted.
    private volatile Admission admission = Admission.EVERYBODY;

    // Taken until the disconnect event has been delivered, so that peers that come and go cannot
    // fill the executor.
    private final AtomicInteger places = new AtomicInteger();

    Door(IpcServer.Builder options, Counters counters) {
        this.socketFile = options.socketFile;
        this.file = new SocketFile.Options(options.fileMode, options.checkDirectory);
        this.allowedUsers = options.allowedUsers;
        this.maxClients = options.maxClients;
        this.real = options.transport == null;
        this.counters = counters;
    }

    /** Starts to listen. A transport given by a test knows no files. */
    CompletableFuture<Acceptor> open(
            Transport transport, EventLoop loop, LinkOptions links, Transport.AcceptHandler handler) {
        if (!real) {
            return transport.listen(new Address.Unix(socketFile), loop, links, handler);
        }
        // Users and files are looked up where that may block.
        CompletableFuture<Admission> looked = new CompletableFuture<>();
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            try {
                looked.complete(Admission.of(allowedUsers, file));
            } catch (RuntimeException e) {
                looked.completeExceptionally(e);
            }
        });
        return looked.thenCompose(found -> {
            admission = found;
            return SocketFile.listen(transport, socketFile, file, loop, links, handler);
        });
    }

    /**
     * Lets a peer in, if it may.
     *
     * @return why it may not
     */
    @Nullable
    TransportException enter(Link link) {
        if (!admission.admits(link.credentials())) {
            counters.drop(DropReason.USER_REFUSED, 1);
            String who = link.credentials().map(Door::describe).orElse("an unknown user");
            return new TransportException("EACCES", "refused a connection of " + who + ", who is not allowed", null);
        }
        if (places.get() >= maxClients) {
            counters.drop(DropReason.TOO_MANY_CLIENTS, 1);
            return new TransportException(
                    "EMFILE", "refused a connection: maxClients are connected, " + maxClients, null);
        }
        places.incrementAndGet();
        return null;
    }

    private static String describe(PeerCredentials peer) {
        String user = "user " + peer.user().getName();
        return peer.pid().isPresent() ? user + " (process " + peer.pid().getAsLong() + ")" : user;
    }

    /** A peer has left, and the listeners know. */
    void leave() {
        places.decrementAndGet();
    }
}
