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
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the server that owns a socket file, stays connected, and exchanges topic messages with it.
 *
 * <p><b>Life.</b> Built, it does nothing but take listeners; {@link #connect()} starts it. It tries until the server is there,
 * and replaces a lost connection, until {@link #close()} ends it for good. A closed client cannot be used again.
 *
 * <p><b>Delivery.</b> Messages go one way, at most once, in order for each connection. Nothing is kept for a later connection,
 * nothing is sent again.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link io.heliograph.Dispatch} of the options says; by default on a
 * virtual thread, where they may block. They may call any method. An event goes to its listeners in the order in which they
 * were added. What a listener throws goes to the error listeners; the connection stays, and the next message is delivered.
 * A listener that takes long holds back its client's messages: reading stops, so that in the end the server's sending does.
 *
 * <p><b>Threads.</b> Any thread may call any method. None blocks, and none reports a failure by throwing: it reaches the error
 * listeners, once, or the log if there are none.
 */
public interface IpcClient extends Endpoint {

    /**
     * Options of a client to be.
     *
     * @param socketFile the server's socket file; its name must fit the operating system's limit, 107 bytes on Linux
     * @throws IllegalArgumentException if it is empty, only digits, or too long
     */
    static Builder builder(Path socketFile) {
        return new Builder(socketFile);
    }

    Path socketFile();

    /**
     * Starts to connect, once: a second call changes nothing and is an error.
     *
     * @return completes after the listeners of the first connection; fails if the client is closed or gives up before, with a
     *     {@link io.heliograph.ClosedException} or an {@link io.heliograph.UnreachableException}, or the second time with an
     *     {@link IllegalStateException}
     */
    CompletableFuture<Void> connect();

    /** Whether there is a connection now. */
    boolean isConnected();

    /**
     * Sends to the server.
     *
     * @param topic null or empty for the topic {@code none}
     * @param message what the codec can write, null included
     * @return whether it was accepted. If not, the error listeners get, in this order of checks, a
     *     {@link SendAfterCloseException}, a {@link NoServerException}, an {@link EncodeException} or a
     *     {@link SendQueueFullException}
     */
    boolean send(@Nullable String topic, @Nullable Object message);

    /** Sends a topic without a message; the receiver sees null. */
    boolean send(@Nullable String topic);

    /**
     * Calls {@code listener} for each message of a topic, decoded; after the listeners of {@link #onMessage}.
     *
     * <p>A null message arrives as null. One that is no {@code T} goes to the error listeners instead, as a
     * {@link DecodeException}; the connection stays, and other listeners of the topic are called.
     */
    <T> Subscription on(String topic, Class<T> type, Consumer<? super T> listener);

    /** As {@link #on(String, Class, Consumer)}, for a type with parameters. */
    <T> Subscription on(String topic, TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} for each message of a topic. */
    Subscription on(String topic, Consumer<? super Payload> listener);

    /** Calls {@code listener} for the next message of a topic only, also if that cannot be decoded. */
    <T> Subscription once(String topic, Class<T> type, Consumer<? super T> listener);

    /** As {@link #once(String, Class, Consumer)}, for a type with parameters. */
    <T> Subscription once(String topic, TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} for the next message of a topic only. */
    Subscription once(String topic, Consumer<? super Payload> listener);

    /** Removes the listeners of a topic; streams of it go on. */
    void off(String topic);

    /** Calls {@code listener} for each message of any topic; before the listeners of its topic. */
    Subscription onMessage(Consumer<? super IpcMessage> listener);

    /** Calls {@code listener} for each connection, the first and later ones. */
    Subscription onConnect(Consumer<? super ServerConnection> listener);

    /** Calls {@code listener} for each connection that replaces a lost one, just after those of {@link #onConnect}. */
    Subscription onReconnect(Consumer<? super ServerConnection> listener);

    /** Calls {@code listener} when the connection is lost, after all of its messages; not after {@link #close()}. */
    Subscription onDisconnect(Consumer<? super CloseReason> listener);

    /**
     * Calls {@code listener} for each attempt to connect that failed. The next one waits for it, so that one that closes the
     * client is sure that none follows.
     */
    Subscription onConnectError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} with each failure of sending, decoding, an open connection, or another listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the client has closed. */
    Subscription onClose(Runnable listener);

    /**
     * Calls {@code listener} just before those of {@link #onClose}.
     *
     * @deprecated the original's older name of the same event; use {@link #onClose}
     */
    @Deprecated
    Subscription onClosed(Runnable listener);

    /**
     * The messages of a topic, decoded, from now on, over all connections. It holds as many as the option
     * {@code maxPendingMessages} says. A message that is no {@code T} is left out and goes to the error listeners; a null message
     * is a null.
     */
    <T> EventStream<T> stream(String topic, Class<T> type);

    /** As {@link #stream(String, Class)}, for a type with parameters. */
    <T> EventStream<T> stream(String topic, TypeRef<T> type);

    /** The messages of all topics, from now on. It holds as many as the option {@code maxPendingMessages} says. */
    EventStream<IpcMessage> stream();

    /**
     * {@inheritDoc} It writes what was accepted, ends the connection when the server has ended it too, or after the option
     * {@code linger}; or stops trying to connect.
     */
    @Override
    void close();

    /** Options of a client; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends EndpointOptions<Builder> {

        private Delay retryDelay = Delay.fixed(Duration.ofSeconds(1));
        private Delay reconnectDelay = Delay.fixed(Duration.ofMillis(100));
        private int maxAttempts;
        private Duration giveUpAfter = Duration.ZERO;
        Duration connectTimeout = Duration.ofSeconds(10);
        RandomGenerator random = RandomGenerator.getDefault();

        Builder(Path socketFile) {
            super(socketFile, Overflow.REFUSE);
        }

        /** Default 1000 ms: the pause after an attempt to connect that failed. */
        public Builder retryDelay(Delay retryDelay) {
            this.retryDelay = retryDelay;
            return this;
        }

        /** Default 100 ms: the pause between the loss of a connection and the first attempt to replace it. */
        public Builder reconnectDelay(Delay reconnectDelay) {
            this.reconnectDelay = reconnectDelay;
            return this;
        }

        /** Default 10 s: how long one attempt to connect may take. More than zero. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Default 0, for no limit: how many attempts in a row may fail before the client gives up and closes. */
        public Builder maxAttempts(int maxAttempts) {
            checkArgument(maxAttempts >= 0, "maxAttempts: %s (expected: >= 0, 0 for no limit)", maxAttempts);
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * Default none: how long attempts in a row may fail before the client gives up and closes, from the first on. More than
         * zero.
         */
        public Builder giveUpAfter(Duration giveUpAfter) {
            this.giveUpAfter = positive("giveUpAfter", giveUpAfter);
            return this;
        }

        /**
         * Default {@link Overflow#REFUSE}: what happens to a message when {@link #maxQueuedBytes(int)} wait for the server.
         */
        public Builder overflow(Overflow overflow) {
            this.overflow = overflow;
            return this;
        }

        /**
         * A client with these options, which does not see later changes of them. Does no I/O.
         *
         * @throws IllegalStateException if the JSON codec is needed and not there
         */
        public IpcClient build() {
            return new DefaultIpcClient(this);
        }

        ReconnectPolicy reconnect() {
            return new ReconnectPolicy(retryDelay, reconnectDelay, maxAttempts, giveUpAfter, true);
        }

        Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }
    }
}
