package io.heliograph.unix;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Check of the server behind a socket file by a client, so that no other user of the machine receives the messages of the client.
 * The counterpart of the checks of a server.
 *
 * <ul>
 *   <li>Before the connection: the directory, by the rules of {@link SocketFile}, and the owner of the file.
 *   <li>After it: the user of the server, which the operating system reports.
 * </ul>
 *
 * @param users names or ids of the users that the server may run as; null for this user and root
 * @param checkDirectory whether the directory and the owner of the file are checked
 */
public record ServerCheck(@Nullable List<String> users, boolean checkDirectory) {

    private static final int WRITABLE_BY_GROUP = 020;
    private static final ServerCheck DEFAULTS = new ServerCheck(null, true);

    public ServerCheck {
        users = users == null ? null : List.copyOf(users);
        checkArgument(users == null || !users.isEmpty(), "allowedServerUsers: none (expected: at least one)");
    }

    /** Returns the check for a server of this user or of root, with the directory check. */
    public static ServerCheck defaults() {
        return DEFAULTS;
    }

    /** Connects to the checked file. */
    @FunctionalInterface
    public interface Connect extends Function<Transport.ConnectHandler, Transport.Attempt> {}

    /**
     * Makes one attempt to connect. Files and users are looked up on a virtual thread.
     *
     * @param file path of the socket file
     * @param loop event loop of the link
     * @param handler called as by {@link Transport#connect}; a server that is not allowed is an {@link UnreachableException} whose
     *     cause has code {@code EPERM} or {@code EACCES}
     * @param connect makes the attempt
     */
    public Transport.Attempt connect(Path file, EventLoop loop, Transport.ConnectHandler handler, Connect connect) {
        Pending pending = new Pending(file, handler);
        Thread.ofVirtual().name("heliograph-users").start(() -> {
            AllowedUsers allowed;
            try {
                allowed = look(file);
            } catch (IOException | RuntimeException e) {
                execute(loop, () -> pending.fail(e));
                return;
            }
            execute(loop, () -> pending.connect(allowed, connect));
        });
        return pending;
    }

    private static void execute(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            // The transport has closed, and nobody waits for the outcome.
        }
    }

    /** Checks the files, and returns the users that the server may run as. */
    private AllowedUsers look(Path file) throws IOException {
        AllowedUsers allowed = users == null ? AllowedUsers.selfAndRoot() : AllowedUsers.named(users);
        if (checkDirectory) {
            checkFile(file, allowed);
        }
        return allowed;
    }

    private static void checkFile(Path file, AllowedUsers allowed) throws IOException {
        Set<UserPrincipal> trusted = new HashSet<>(Users.selfAndRoot());
        Set<UserPrincipal> named = allowed.users();
        if (named != null) {
            trusted.addAll(named);
        }
        try {
            boolean forGroup = ((int) Files.getAttribute(file, "unix:mode") & WRITABLE_BY_GROUP) != 0;
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                SocketDirectory.check(directory, trusted, forGroup);
            }
            UserPrincipal owner = Files.getOwner(file);
            if (!trusted.contains(owner)) {
                throw new TransportException(
                        "EPERM",
                        "the file belongs to user " + owner.getName()
                                + " (expected: this user, root, or an allowed user)",
                        null);
            }
        } catch (NoSuchFileException missing) {
            // The attempt to connect fails with the error of the system.
        }
    }

    /** Attempt whose file is being checked, or that connects. Event loop only. */
    private static final class Pending implements Transport.Attempt {

        private final Path file;
        private final Transport.ConnectHandler handler;
        private boolean cancelled;
        private Transport.@Nullable Attempt attempt;

        Pending(Path file, Transport.ConnectHandler handler) {
            this.file = file;
            this.handler = handler;
        }

        void fail(Exception cause) {
            if (!cancelled) {
                handler.failed(refused(
                        cause instanceof HeliographException known
                                ? known
                                : new TransportException("", "the socket file cannot be checked: " + cause, cause)));
            }
        }

        private UnreachableException refused(HeliographException cause) {
            return new UnreachableException(new Address.Unix(file) + ": " + cause.getMessage(), cause);
        }

        void connect(AllowedUsers allowed, Connect connect) {
            if (!cancelled) {
                attempt = connect.apply(new Transport.ConnectHandler() {
                    @Override
                    public LinkHandler connected(Link link) {
                        return check(link, allowed);
                    }

                    @Override
                    public void failed(HeliographException cause) {
                        handler.failed(cause);
                    }
                });
            }
        }

        private LinkHandler check(Link link, AllowedUsers allowed) {
            if (allowed.allow(link.credentials())) {
                return handler.connected(link);
            }
            link.close(new CloseReason.Local());
            handler.failed(refused(new TransportException(
                    "EACCES",
                    "the server runs as " + AllowedUsers.describe(link.credentials())
                            + " (expected: this user, root, or an allowed user)",
                    null)));
            return IGNORED;
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (attempt != null) {
                attempt.cancel();
            }
        }
    }

    /** Handler of a link that was closed at once. */
    private static final LinkHandler IGNORED = new LinkHandler() {
        @Override
        public void frame(Link link, Frame frame) {}

        @Override
        public void closed(Link link, CloseReason reason) {}
    };
}
