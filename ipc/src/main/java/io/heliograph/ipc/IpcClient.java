package io.heliograph.ipc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Overflow;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.unix.ServerCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Client of a Unix domain socket that exchanges topic messages with its server.
 *
 * <p><b>Life cycle.</b> {@link #connect()} starts the client. It retries until the server accepts, and replaces a lost connection,
 * until {@link #close()}. A closed client cannot be restarted.
 *
 * <p><b>Delivery.</b> Messages are delivered at most once, and in order for each connection. A message is never kept for a later
 * connection and never retransmitted.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the option {@code dispatch} selects; by default on a virtual thread, where
 * they may block. They may call any method. Listeners of one event run in the order of registration. An exception of a listener
 * is reported to the error listeners; the connection stays open. A slow listener pauses reading, so that backpressure reaches the
 * server.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks. Failures are reported to the error listeners, once, or logged without error listeners;
 * no method throws them.
 */
public interface IpcClient extends Endpoint {

    /**
     * Returns a builder.
     *
     * @param socketFile the socket file of the server; limited by the operating system, to 107 bytes on Linux
     * @throws IllegalArgumentException if the path is empty, consists of digits only, or is too long
     */
    static Builder builder(Path socketFile) {
        return new Builder(socketFile);
    }

    /** The socket file of the server. */
    Path socketFile();

    /**
     * Starts to connect. Further calls have no effect.
     *
     * @return a future that completes after the {@link #onConnect} listeners of the first connection; it fails if the client is
     *     closed before, with a {@link io.heliograph.ClosedException}, or gives up, with an
     *     {@link io.heliograph.UnreachableException}. Every call returns the outcome of the first one
     */
    CompletableFuture<Void> connect();

    /** Whether the client is connected. */
    boolean isConnected();

    /**
     * Sends a message to the server.
     *
     * @param topic the topic; null or empty for {@code none}
     * @param message a value that the codec can encode; may be null
     * @return whether the message was accepted. A rejection is reported to the error listeners as a
     *     {@link SendAfterCloseException}, a {@link io.heliograph.NotConnectedException}, an {@link EncodeException} or a
     *     {@link SendQueueFullException}, checked in this order; each is a {@link SendFailure}
     */
    boolean send(@Nullable String topic, @Nullable Object message);

    /** Sends a topic without a message, which the receiver reads as null. */
    boolean send(@Nullable String topic);

    /** Returns the topic called {@code name}, with messages decoded as {@code type}. */
    default <T> ClientTopic<T> topic(String name, Class<T> type) {
        return topic(name, TypeRef.of(type));
    }

    /** Returns the topic called {@code name}, with messages decoded as a parameterized type. */
    <T> ClientTopic<T> topic(String name, TypeRef<T> type);

    /** Returns the topic called {@code name}, with undecoded messages. */
    ClientTopic<Payload> topic(String name);

    /** Calls {@code listener} for each message of any topic, before the listeners of its topic. */
    Subscription onMessage(Consumer<? super IpcMessage> listener);

    /** Opens a stream of the messages of all topics from now on. Its capacity is the option {@code maxPendingMessages}. */
    EventStream<IpcMessage> stream();

    /** Calls {@code listener} for each connection. */
    Subscription onConnect(Consumer<? super IpcConnection> listener);

    /** Calls {@code listener} for each connection that replaces a lost one, after the {@link #onConnect} listeners. */
    Subscription onReconnect(Consumer<? super IpcConnection> listener);

    /** Calls {@code listener} for each lost connection, after its messages; not after {@link #close()}. */
    Subscription onDisconnect(Consumer<? super CloseReason> listener);

    /**
     * Calls {@code listener} for each failed attempt to connect. The next attempt waits for the listener, so that closing the
     * client here prevents it.
     */
    Subscription onConnectError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} for each failure of sending, decoding, an open connection, or another listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the client has closed. */
    Subscription onClose(Runnable listener);

    /**
     * {@inheritDoc} Writes queued messages and ends the connection, or aborts it after the option {@code linger}; cancels an
     * attempt to connect.
     */
    @Override
    void close();

    /** Builder of a client. For one thread at a time. */
    final class Builder extends IpcBuilder<Builder> {

        private Delay retryDelay = Delay.fixed(Duration.ofSeconds(1));
        private Delay reconnectDelay = Delay.fixed(Duration.ofMillis(100));
        private int maxAttempts;
        private Duration giveUpAfter = Duration.ZERO;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private @Nullable List<String> allowedServerUsers;
        private boolean checkDirectory = true;
        private RandomGenerator random = RandomGenerator.getDefault();

        Builder(Path socketFile) {
            super(socketFile, Overflow.REFUSE);
        }

        /**
         * Selects the users whose server is accepted. Default: the user of this process and root.
         *
         * <p>The credentials are reported by the kernel. A server of another user is disconnected before anything is sent, and the
         * attempt fails.
         *
         * @param users names or numeric ids, at least one; the user of this process only if listed
         */
        public Builder allowedServerUsers(String... users) {
            checkArgument(users.length > 0, "allowedServerUsers: none (expected: at least one)");
            this.allowedServerUsers = List.of(users);
            return this;
        }

        /**
         * Selects whether a socket file is rejected that another user could replace, by the rules of the server, or that belongs to a
         * user who is not accepted. Default: true.
         */
        public Builder checkDirectory(boolean checkDirectory) {
            this.checkDirectory = checkDirectory;
            return this;
        }

        /** Selects the delay after a failed attempt to connect. Default: 1 s. */
        public Builder retryDelay(Delay retryDelay) {
            this.retryDelay = retryDelay;
            return this;
        }

        /** Selects the delay between the loss of a connection and the first attempt to replace it. Default: 100 ms. */
        public Builder reconnectDelay(Delay reconnectDelay) {
            this.reconnectDelay = reconnectDelay;
            return this;
        }

        /** Limits the duration of one attempt to connect. Default: 10 s. Must be positive. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Limits the consecutive failed attempts, after which the client closes. Default: 0, unlimited. Must not be negative. */
        public Builder maxAttempts(int maxAttempts) {
            checkArgument(maxAttempts >= 0, "maxAttempts: %s (expected: >= 0, 0 for no limit)", maxAttempts);
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** Limits the duration of consecutive failed attempts, after which the client closes. Default: none. Must be positive. */
        public Builder giveUpAfter(Duration giveUpAfter) {
            this.giveUpAfter = positive("giveUpAfter", giveUpAfter);
            return this;
        }

        /**
         * Builds a client. Performs no I/O.
         *
         * @throws IllegalStateException if the JSON codec is missing
         */
        public IpcClient build() {
            ReconnectPolicy policy = new ReconnectPolicy(retryDelay, reconnectDelay, maxAttempts, giveUpAfter, true);
            ServerCheck server = new ServerCheck(allowedServerUsers, checkDirectory);
            return new DefaultIpcClient(new IpcOptions.Client(options(), server, policy, connectTimeout, random));
        }

        Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }
    }
}
