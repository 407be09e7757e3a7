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
import org.jspecify.annotations.Nullable;

/**
 * Client that connects to a server once and exchanges typed values with it.
 *
 * <p><b>Life cycle.</b> {@link #connect()} opens the connection, retrying until it succeeds or the attempts are exhausted; after
 * that it may be called again. When the connection ends, by either side, the client closes for good.
 *
 * <p><b>Before the connection is open</b> items are queued, up to {@code maxUnsentMessages}, and sent in the order of calls,
 * before items of an {@link #onConnect} listener.
 */
public interface SocketClient extends Socket, Endpoint {

    /** Returns a builder for {@code localhost}, port 4000. */
    static Builder builder() {
        return builder("localhost", 4000);
    }

    /** Returns a builder for {@code localhost}. */
    static Builder builder(int port) {
        return builder("localhost", port);
    }

    /**
     * Returns a builder.
     *
     * @param host a host name or address
     * @param port the port, 0 to 65535
     */
    static Builder builder(String host, int port) {
        return new Builder(host, port);
    }

    /**
     * Starts to connect. While the client is connecting or connected, further calls return the outcome of the first. After a
     * failure, another call starts again.
     *
     * @return a future that completes after the {@link #onConnect} listeners. It fails, and the failure is reported to the error
     *     listeners, with an {@link io.heliograph.UnreachableException} when all attempts have failed, or with a
     *     {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> connect();

    /** Calls {@code listener} when the connection is open, after the TLS handshake if there is one, and before any data. */
    Subscription onConnect(Runnable listener);

    /** Calls {@code listener} when the client has closed, whether it was connected or not. */
    Subscription onClose(Runnable listener);

    /** {@inheritDoc} Before the connection is open, it stops connecting and drops queued items. */
    @Override
    void close();

    /** Builder of a client. For one thread at a time. */
    final class Builder extends SocketBuilder<Builder> {

        private Duration connectTimeout = Duration.ofSeconds(6);
        private int reconnectAttempts = 10;
        private Duration reconnectInterval = Duration.ofSeconds(1);
        private boolean discardMessagesBeforeOpen;
        private int maxUnsentMessages = 100;
        private @Nullable ClientTls tls;

        Builder(String host, int port) {
            super(host, port);
        }

        /** Limits the duration of one attempt to connect, TLS handshake included. Default: 6 s. Must be positive. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Limits the attempts after the first one. Default: 10. Must not be negative, except -1 for unlimited. */
        public Builder reconnectAttempts(int reconnectAttempts) {
            checkArgument(
                    reconnectAttempts >= -1 && reconnectAttempts < Integer.MAX_VALUE,
                    "reconnectAttempts: %d (expected: >= 0, or -1 for unlimited)",
                    reconnectAttempts);
            this.reconnectAttempts = reconnectAttempts;
            return this;
        }

        /** Selects the delay after a failed attempt. Default: 1 s. Must not be negative. */
        public Builder reconnectInterval(Duration reconnectInterval) {
            this.reconnectInterval = notNegative("reconnectInterval", reconnectInterval);
            return this;
        }

        /** Selects whether items are discarded, and counted, before the connection is open. Default: false, queued. */
        public Builder discardMessagesBeforeOpen(boolean discardMessagesBeforeOpen) {
            this.discardMessagesBeforeOpen = discardMessagesBeforeOpen;
            return this;
        }

        /**
         * Limits the items that are queued before the connection is open. Default: 100. Must not be negative; 0 for
         * {@link #maxQueuedBytes(int)} only.
         */
        public Builder maxUnsentMessages(int maxUnsentMessages) {
            checkArgument(
                    maxUnsentMessages >= 0,
                    "maxUnsentMessages: %d (expected: >= 0, 0 for no limit)",
                    maxUnsentMessages);
            this.maxUnsentMessages = maxUnsentMessages;
            return this;
        }

        /** Selects TLS for the connection. Default: none. */
        public Builder tls(ClientTls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * Builds a client. Performs no I/O.
         *
         * @throws IllegalArgumentException if the runtime does not support a type
         */
        public SocketClient build() {
            Delay delay = Delay.fixed(reconnectInterval);
            ReconnectPolicy attempts = new ReconnectPolicy(delay, delay, reconnectAttempts + 1, Duration.ZERO, false);
            return new DefaultSocketClient(new DefaultSocketClient.Options(
                    options(), connectTimeout, attempts, maxUnsentMessages, discardMessagesBeforeOpen, tls));
        }
    }
}
