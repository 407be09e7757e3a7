package io.heliograph.ipc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Overflow;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Owns a socket file and exchanges topic messages with the clients that connect to it.
 *
 * <p><b>Life.</b> Built, it does nothing but take listeners; {@link #listen()} starts it, {@link #close()} ends it for good and
 * removes the socket file. A closed server cannot be used again.
 *
 * <p><b>Delivery.</b> Messages go one way, at most once, in order for each client. Nothing is kept for a client that is not
 * connected, nothing is sent again.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link io.heliograph.Dispatch} of the options says; by default on a
 * virtual thread, where they may block. They may call any method. An event goes to its listeners in the order in which they
 * were added. What a listener throws goes to the error listeners; the connection stays, and the next message is delivered.
 * A listener that takes long holds back its server's messages: reading stops, so that in the end the clients' sending does.
 *
 * <p><b>Threads.</b> Any thread may call any method. None blocks, and none reports a failure by throwing: it reaches the error
 * listeners, once, or the log if there are none.
 */
public interface IpcServer extends Endpoint {

    /**
     * Options of a server to be.
     *
     * @param socketFile the socket file; its name must fit the operating system's limit, 107 bytes on Linux
     * @throws IllegalArgumentException if it is empty, only digits, or too long
     */
    static Builder builder(Path socketFile) {
        return new Builder(socketFile);
    }

    Path socketFile();

    /**
     * Starts to listen, once: a second call changes nothing and is an error. A socket file whose server is dead is replaced;
     * one that lives, or a file that is no socket, is never touched.
     *
     * @return completes after the {@code listening} listeners; fails, as the error listeners are told, if that cannot be: with a
     *     {@link io.heliograph.TransportException} that has the system's code, with an {@link IllegalStateException} the second
     *     time, or with a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> listen();

    /**
     * Sends to one client.
     *
     * @param topic null or empty for the topic {@code none}
     * @param message what the codec can write, null included
     * @return whether it was accepted. If not, the error listeners get, in this order of checks, a
     *     {@link SendAfterCloseException}, a {@link BadClientException}, an {@link EncodeException} or a
     *     {@link SendQueueFullException}
     */
    boolean send(@Nullable String topic, @Nullable Object message, String clientId);

    /**
     * Sends to every client that is connected, encoding once. Without clients it does nothing.
     *
     * @param topic null or empty for the topic {@code none}
     * @return the number of clients it was accepted for. A client whose queue is full is reported as by {@link #send}; one that
     *     leaves meanwhile is not
     */
    int broadcast(@Nullable String topic, @Nullable Object message);

    /** Broadcasts a topic without a message; receivers see null. */
    int broadcast(@Nullable String topic);

    /** The clients connected now: those whose {@code connection} event has begun. A copy. */
    Collection<ConnectedClient> clients();

    /** The client called {@code id}, if it is connected. */
    Optional<ConnectedClient> client(String id);

    /**
     * Calls {@code listener} for each message of a topic, decoded; after the listeners of {@link #onMessage}.
     *
     * <p>A null message arrives as null. One that is no {@code T} goes to the error listeners instead, as a
     * {@link DecodeException}; the connection stays, and other listeners of the topic are called.
     */
    <T> Subscription on(String topic, Class<T> type, BiConsumer<? super T, ? super ConnectedClient> listener);

    /** As {@link #on(String, Class, BiConsumer)}, for a type with parameters. */
    <T> Subscription on(String topic, TypeRef<T> type, BiConsumer<? super T, ? super ConnectedClient> listener);

    /** Calls {@code listener} for each message of a topic. */
    Subscription on(String topic, BiConsumer<? super Payload, ? super ConnectedClient> listener);

    /** Calls {@code listener} for the next message of a topic only, also if that cannot be decoded. */
    <T> Subscription once(String topic, Class<T> type, BiConsumer<? super T, ? super ConnectedClient> listener);

    /** As {@link #once(String, Class, BiConsumer)}, for a type with parameters. */
    <T> Subscription once(String topic, TypeRef<T> type, BiConsumer<? super T, ? super ConnectedClient> listener);

    /** Calls {@code listener} for the next message of a topic only. */
    Subscription once(String topic, BiConsumer<? super Payload, ? super ConnectedClient> listener);

    /** Removes the listeners of a topic; streams of it go on. */
    void off(String topic);

    /** Calls {@code listener} for each message of any topic; before the listeners of its topic. */
    Subscription onMessage(BiConsumer<? super IpcMessage, ? super ConnectedClient> listener);

    /** Calls {@code listener} once clients can connect. */
    Subscription onListening(Runnable listener);

    /**
     * Calls {@code listener} for each client that has connected, before any of its messages. What it sends arrives first,
     * unless another thread broadcasts at that moment.
     */
    Subscription onConnection(Consumer<? super ConnectedClient> listener);

    /** Calls {@code listener} for each client that has gone, after all of its messages. The original has no such event. */
    Subscription onDisconnect(BiConsumer<? super ConnectedClient, ? super CloseReason> listener);

    /** Calls {@code listener} with each failure: of listening, sending, decoding, a client's socket, or another listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the server has closed and all its connections have ended. */
    Subscription onClose(Runnable listener);

    /**
     * Calls {@code listener} just before those of {@link #onClose}.
     *
     * @deprecated the original's older name of the same event; use {@link #onClose}
     */
    @Deprecated
    Subscription onClosed(Runnable listener);

    /**
     * The messages of a topic, decoded, from now on. It holds as many as the option {@code maxPendingMessages} says. A message
     * that is no {@code T} is left out and goes to the error listeners.
     */
    <T> EventStream<ClientMessage<T>> stream(String topic, Class<T> type);

    /** As {@link #stream(String, Class)}, for a type with parameters. */
    <T> EventStream<ClientMessage<T>> stream(String topic, TypeRef<T> type);

    /** The messages of all topics, from now on. It holds as many as the option {@code maxPendingMessages} says. */
    EventStream<ClientMessage<IpcMessage>> stream();

    /**
     * {@inheritDoc} It stops listening, removes the socket file, writes what was accepted, and ends each connection when its
     * client has ended it too, or after the option {@code linger}.
     */
    @Override
    void close();

    /** Options of a server; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends EndpointOptions<Builder> {

        Set<PosixFilePermission> fileMode = PosixFilePermissions.fromString("rw-------");
        boolean checkDirectory = true;

        @Nullable
        List<String> allowedUsers;

        int maxClients = 4096;

        Builder(Path socketFile) {
            super(socketFile, Overflow.CLOSE);
        }

        /**
         * Default {@code rw-------}: the permissions of the socket file. Whoever may write to it may connect.
         *
         * <p>While they give nothing to the group and to others, the server also asks the kernel who has connected, and refuses
         * all but the user it runs as and root; see {@link #allowUsers(String...)}.
         */
        public Builder fileMode(Set<PosixFilePermission> fileMode) {
            this.fileMode = Set.copyOf(fileMode);
            return this;
        }

        /**
         * Default {@code true}: refuses to listen in a directory in which another user could replace the socket file.
         */
        public Builder checkDirectory(boolean checkDirectory) {
            this.checkDirectory = checkDirectory;
            return this;
        }

        /**
         * Default: the user of this process and root if {@link #fileMode(Set)} is for the owner only, otherwise everybody: the users
         * who may connect, whatever the file permissions say. With this, these only, so name the own user too if it is to.
         *
         * <p>The kernel tells who a peer is. One that is not allowed is closed at once, and the error listeners are told its
         * user. Names are looked up by {@link IpcServer#listen()}, which fails if there is no such user.
         *
         * @param users names or numbers, at least one
         */
        public Builder allowUsers(String... users) {
            checkArgument(users.length > 0, "allowUsers: none (expected: at least one)");
            this.allowedUsers = List.of(users);
            return this;
        }

        /** Default 4096: how many clients may be connected; further ones are closed at once. 1 or more. */
        public Builder maxClients(int maxClients) {
            this.maxClients = positive("maxClients", maxClients);
            return this;
        }

        /**
         * Default {@link Overflow#CLOSE}: what happens to a message for a client that has {@link #maxQueuedBytes(int)} waiting.
         */
        public Builder slowConsumer(Overflow slowConsumer) {
            this.overflow = slowConsumer;
            return this;
        }

        /**
         * A server with these options, which does not see later changes of them. Does no I/O.
         *
         * @throws IllegalStateException if the JSON codec is needed and not there
         */
        public IpcServer build() {
            return new DefaultIpcServer(this);
        }
    }
}
