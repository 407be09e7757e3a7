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
import io.heliograph.endpoint.PendingSum;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.transport.UnfinishedMessages;
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
 * Server on a Unix domain socket that exchanges topic messages with its clients.
 *
 * <p><b>Life cycle.</b> {@link #listen()} starts the server; {@link #close()} closes it for good and removes the socket file. A
 * closed server cannot be restarted.
 *
 * <p><b>Delivery.</b> Messages are delivered at most once, and in order for each connection. A message is never kept for a client
 * that is not connected and never retransmitted.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the option {@code dispatch} selects; by default on a virtual thread, where
 * they may block. They may call any method. Listeners of one event run in the order of registration. An exception of a listener
 * is reported to the error listeners; the connection stays open. A slow listener pauses reading, so that backpressure reaches the
 * clients.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks. Failures are reported to the error listeners, once, or logged without error listeners;
 * no method throws them.
 */
public interface IpcServer extends Endpoint {

    /**
     * Returns a builder.
     *
     * @param socketFile the socket file; limited by the operating system, to 107 bytes on Linux
     * @throws IllegalArgumentException if the path is empty, consists of digits only, or is too long
     */
    static Builder builder(Path socketFile) {
        return new Builder(socketFile);
    }

    /** The socket file. */
    Path socketFile();

    /**
     * Starts to listen. A stale socket file is replaced; a socket file in use, or a file that is not a socket, is never touched.
     *
     * @return a future that completes after the {@link #onListening} listeners. It fails, and the failure is reported to the error
     *     listeners, with a {@link io.heliograph.TransportException} that carries the error code of the operating system, an
     *     {@link IllegalStateException} for a second call, or a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> listen();

    /**
     * Sends a message to one client.
     *
     * @param topic the topic; null or empty for {@code none}
     * @param message a value that the codec can encode; may be null
     * @param clientId the {@link IpcConnection#id() id} of the client's connection
     * @return whether the message was accepted. A rejection is reported to the error listeners as a
     *     {@link SendAfterCloseException}, a {@link BadClientException}, an {@link EncodeException} or a
     *     {@link SendQueueFullException}, checked in this order; each is a {@link SendFailure}
     */
    boolean send(@Nullable String topic, @Nullable Object message, String clientId);

    /**
     * Sends a message to every connected client. The message is encoded once.
     *
     * @param topic the topic; null or empty for {@code none}
     * @param message a value that the codec can encode; may be null
     * @return the number of clients that the message was accepted for. A full queue is reported as by {@link #send}; a client
     *     that disconnects meanwhile is not reported
     */
    int broadcast(@Nullable String topic, @Nullable Object message);

    /** Broadcasts a topic without a message, which receivers read as null. */
    int broadcast(@Nullable String topic);

    /**
     * Stops listening. Open connections stay open. The socket file is removed, unless another server has replaced it. Connections that
     * the operating system has accepted for the server are served. Repeated calls have no effect.
     *
     * @return completes when the address is released, at once before {@link #listen()} has succeeded
     */
    CompletableFuture<Void> stopListening();

    /** Returns a copy of the open connections whose {@link #onConnection} event has begun. */
    Collection<IpcConnection> connections();

    /** Returns the open connection with the id {@code id}. */
    Optional<IpcConnection> connection(String id);

    /** Returns the topic called {@code name}, with messages decoded as {@code type}. */
    default <T> ServerTopic<T> topic(String name, Class<T> type) {
        return topic(name, TypeRef.of(type));
    }

    /** Returns the topic called {@code name}, with messages decoded as a parameterized type. */
    <T> ServerTopic<T> topic(String name, TypeRef<T> type);

    /** Returns the topic called {@code name}, with undecoded messages. */
    ServerTopic<Payload> topic(String name);

    /** Calls {@code listener} for each message of any topic, before the listeners of its topic. */
    Subscription onMessage(BiConsumer<? super IpcMessage, ? super IpcConnection> listener);

    /** Opens a stream of the messages of all topics from now on. Its capacity is the option {@code maxPendingMessages}. */
    EventStream<ClientMessage<IpcMessage>> stream();

    /** Calls {@code listener} when clients can connect. */
    Subscription onListening(Runnable listener);

    /**
     * Calls {@code listener} for each client that has connected, before its messages. Messages that the listener sends are the
     * first that the client receives, except concurrent broadcasts.
     */
    Subscription onConnection(Consumer<? super IpcConnection> listener);

    /** Calls {@code listener} for each client that has disconnected, after its messages. The original has no such event. */
    Subscription onDisconnection(BiConsumer<? super IpcConnection, ? super CloseReason> listener);

    /** Calls {@code listener} for each failure of listening, sending, decoding, a connection, or another listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the server has closed and all its connections have ended. */
    Subscription onClose(Runnable listener);

    /**
     * {@inheritDoc} Stops listening, removes the socket file, writes queued messages, and ends each connection, or aborts it after
     * the option {@code linger}.
     */
    @Override
    void close();

    /** Builder of a server. For one thread at a time. */
    final class Builder extends IpcBuilder<Builder> {

        static {
            IpcBackend.BuildMethod.install(Builder::build);
        }

        private Set<PosixFilePermission> fileMode = PosixFilePermissions.fromString("rw-------");
        private boolean checkDirectory = true;
        private boolean takeOver;
        private @Nullable List<String> allowedUsers;
        private int maxConnections = 4096;
        private long maxUnfinishedBytes = UnfinishedMessages.defaultMaxBytes();
        private long maxPendingBytes = PendingSum.defaultMaxBytes();

        Builder(Path socketFile) {
            super(socketFile, Overflow.CLOSE);
            daemon(false);
        }

        /**
         * Selects the permissions of the socket file; a user with write permission may connect. Default: {@code rw-------}.
         *
         * <p>If the permissions are limited to the owner, the server also checks the credentials of each peer with the kernel and
         * rejects all users except its own user and root; see {@link #allowUsers(String...)}.
         */
        public Builder fileMode(Set<PosixFilePermission> fileMode) {
            this.fileMode = Set.copyOf(fileMode);
            return this;
        }

        /** Selects whether a directory is rejected in which another user could replace the socket file. Default: true. */
        public Builder checkDirectory(boolean checkDirectory) {
            this.checkDirectory = checkDirectory;
            return this;
        }

        /**
         * Selects whether the server replaces the socket file of a live server, which then accepts no further clients; its connections stay
         * open. Otherwise {@link IpcServer#listen} fails. Default: false.
         */
        public Builder takeOver(boolean takeOver) {
            this.takeOver = takeOver;
            return this;
        }

        /**
         * Selects the users that may connect, whatever the file permissions are. Default: the user of this process and root if
         * {@link #fileMode(Set)} is limited to the owner, otherwise all users.
         *
         * <p>The credentials are reported by the kernel. A peer of another user is disconnected at once and reported to the error
         * listeners. {@link IpcServer#listen()} looks up the names and fails if a user does not exist.
         *
         * @param users names or numeric ids, at least one; the user of this process only if listed
         */
        public Builder allowUsers(String... users) {
            checkArgument(users.length > 0, "allowUsers: none (expected: at least one)");
            this.allowedUsers = List.of(users);
            return this;
        }

        /** Limits the open connections; further ones are closed at once. Default: 4096. Must be positive. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = positive("maxConnections", maxConnections);
            return this;
        }

        /**
         * Limits the bytes that all connections together hold of messages that are not complete. A connection whose
         * message exceeds the limit is closed. The limit is at least twice {@code maxMessageBytes}. Default: 256 MiB,
         * or an eighth of the heap if that is less. Must be positive.
         */
        public Builder maxUnfinishedBytes(long maxUnfinishedBytes) {
            this.maxUnfinishedBytes = UnfinishedMessages.checkMaxBytes(maxUnfinishedBytes);
            return this;
        }

        /**
         * Limits the total size of the received messages that are pending for listeners, of all connections. Reading pauses at the limit and
         * resumes at half of it. Default: 64 MiB, or an eighth of the heap if that is less. Must be positive.
         */
        public Builder maxPendingBytes(long maxPendingBytes) {
            this.maxPendingBytes = PendingSum.checkMaxBytes(maxPendingBytes);
            return this;
        }

        /**
         * Builds a server. Performs no I/O.
         *
         * @throws IllegalStateException if the JSON codec is missing
         */
        public IpcServer build() {
            return new DefaultIpcServer(serverOptions(), null);
        }

        private IpcServer build(IpcBackend backend) {
            IpcOptions.Server options = serverOptions();
            if (options.shared().transcoder() != null) {
                throw new IllegalStateException(
                        "transcoder: a custom wire format (expected: none in a server with a backend)");
            }
            return new DefaultIpcServer(options, backend);
        }

        private IpcOptions.Server serverOptions() {
            return new IpcOptions.Server(
                    options(),
                    fileMode,
                    checkDirectory,
                    takeOver,
                    allowedUsers,
                    maxConnections,
                    maxUnfinishedBytes,
                    maxPendingBytes);
        }
    }
}
