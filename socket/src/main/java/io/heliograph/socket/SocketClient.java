package io.heliograph.socket;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Delay;
import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.tls.ClientTls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a server once, and exchanges typed values with it.
 *
 * <p><b>Life.</b> Built, it takes listeners and items; {@link #connect()} opens it, trying again until it succeeds or the
 * attempts are used up, after which it may be called again. Once open it ends for good, by either side: it does not connect a
 * second time.
 *
 * <p><b>Before it is open</b> items wait, as many as {@code maxUnsentMessages} says, and leave in the order of the calls, before
 * those that an open listener sends.
 */
public interface SocketClient extends Socket, Endpoint {

    /** Options of a client of {@code localhost}, port 4000. */
    static Builder builder() {
        return builder("localhost", 4000);
    }

    /** Options of a client of {@code localhost}. */
    static Builder builder(int port) {
        return builder("localhost", port);
    }

    /**
     * Options of a client.
     *
     * @param host a name or an address
     * @param port 0 to 65535
     */
    static Builder builder(String host, int port) {
        return new Builder(host, port);
    }

    /**
     * Starts to connect; after a failure it may be called again.
     *
     * @return completes after the open listeners; fails, as the error listeners are told, with an {@link
     *     io.heliograph.UnreachableException} when all attempts have failed, with an {@link IllegalStateException} while it
     *     connects or is open, or with a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> connect();

    /** Calls {@code listener} when the connection is open, with TLS after the handshake; before any data. */
    Subscription onOpen(Runnable listener);

    /**
     * {@inheritDoc} Before the connection is open, it gives up connecting, and drops what waits.
     */
    @Override
    void close();

    /** Options of a client; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends SocketOptions<Builder> {

        Duration connectTimeout = Duration.ofSeconds(6);
        int reconnectAttempts = 10;
        Duration reconnectInterval = Duration.ofSeconds(1);
        boolean discardMessagesBeforeOpen;
        int maxUnsentMessages = 100;

        @Nullable
        ClientTls tls;

        RandomGenerator random = RandomGenerator.getDefault();

        Builder(String host, int port) {
            super(host, port);
        }

        /** Default 6 s: how long one attempt to connect may take, with its TLS handshake. Positive. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Default 10: how often it tries again when the first attempt has failed; -1 for ever. */
        public Builder reconnectAttempts(int reconnectAttempts) {
            checkArgument(
                    reconnectAttempts >= -1 && reconnectAttempts < Integer.MAX_VALUE,
                    "reconnectAttempts: %d (expected: >= 0, or -1 for ever)",
                    reconnectAttempts);
            this.reconnectAttempts = reconnectAttempts;
            return this;
        }

        /** Default 1 s: the pause between an attempt that failed and the next. Zero or more. */
        public Builder reconnectInterval(Duration reconnectInterval) {
            this.reconnectInterval = notNegative("reconnectInterval", reconnectInterval);
            return this;
        }

        /** Default false: items wait for the connection. True: those sent before it is open are dropped, and counted. */
        public Builder discardMessagesBeforeOpen(boolean discardMessagesBeforeOpen) {
            this.discardMessagesBeforeOpen = discardMessagesBeforeOpen;
            return this;
        }

        /** Default 100: how many items may wait for the connection; 0 for as many as {@link #maxQueuedBytes(int)} allows. */
        public Builder maxUnsentMessages(int maxUnsentMessages) {
            checkArgument(
                    maxUnsentMessages >= 0,
                    "maxUnsentMessages: %d (expected: >= 0, 0 for no limit)",
                    maxUnsentMessages);
            this.maxUnsentMessages = maxUnsentMessages;
            return this;
        }

        /** Default none: TLS over the connection. */
        public Builder tls(ClientTls tls) {
            this.tls = tls;
            return this;
        }

        ReconnectPolicy attempts() {
            Delay pause = new Delay.Fixed(reconnectInterval);
            return new ReconnectPolicy(pause, pause, reconnectAttempts + 1, Duration.ZERO, false);
        }

        /**
         * A client with these options, which does not see later changes of them. Does no I/O.
         *
         * @throws IllegalArgumentException if a type needs what this runtime has not
         */
        public SocketClient build() {
            checkTypes();
            return new DefaultSocketClient(this);
        }
    }
}
