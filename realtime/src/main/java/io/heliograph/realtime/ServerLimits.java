package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.server.RateLimit;
import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.transport.EndpointOptions;
import java.time.Duration;

/**
 * Limits of a server. The original has only {@link #maxMessageBytes(int)} (as {@code maxMessageBytes}) and {@link
 * #socketChannelLimit(int)}.
 *
 * @param <B> the type of the builder
 */
abstract class ServerLimits<B extends ServerLimits<B>> extends ServerAuthOptions<B> {

    private static final int NONE = RateLimit.UNLIMITED;
    private static final int UNSET = 0;
    private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;
    private static final int DEFAULT_BATCH_LENGTH = 10_000;

    SlowConsumer slowConsumer = SlowConsumer.CLOSE;
    int maxMessagesPerSecond = 2_000;
    int maxMessageBurst = 20_000;
    int maxBytesPerSecond = 8 << 20;
    int maxByteBurst = 32 << 20;
    int maxChannelNameBytes = 1024;
    int maxEventNameBytes = 1024;
    int socketChannelLimit = 1000;
    int maxPendingCalls = 10_000;
    int maxBatchLength = UNSET;
    int maxDepth = 1000;
    int maxSentMessageBytes = 16 << 20;
    int maxPendingRequests = 10_000;
    long maxUnauthenticatedBytes = 64 << 20;
    int maxPendingHandshakes = 10_000;
    int maxConnections = 100_000;
    Duration middlewareTimeout = Duration.ofSeconds(30);

    ServerLimits(EndpointOptions defaults) {
        super(defaults);
    }

    /** Limits inbound messages; a longer message closes the connection with 1009. Default: 1 MiB. Must be positive. */
    @Override
    public B maxMessageBytes(int maxMessageBytes) {
        return super.maxMessageBytes(maxMessageBytes);
    }

    /**
     * Limits outbound messages; a longer event or request is rejected, and a longer response is replaced by an error. Default: 16 MiB,
     * which clients of this library receive by default. Must be positive.
     */
    public B maxSentMessageBytes(int maxSentMessageBytes) {
        this.maxSentMessageBytes = positive("maxSentMessageBytes", maxSentMessageBytes);
        return self();
    }

    /**
     * Limits the bytes queued for one connection; {@link #slowConsumer(SlowConsumer)} selects the policy at the limit. An empty queue
     * accepts one message of any length. Default: 1 MiB. Must be positive.
     */
    @Override
    public B maxQueuedBytes(int maxQueuedBytes) {
        return super.maxQueuedBytes(maxQueuedBytes);
    }

    /** Selects the policy for slow consumers. Default: {@link SlowConsumer#CLOSE}. */
    public B slowConsumer(SlowConsumer slowConsumer) {
        this.slowConsumer = slowConsumer;
        return self();
    }

    /**
     * Limits the messages of one client, counting each packet of a batch. A client that exceeds the limit is disconnected with 1008.
     * Default: 2000 per second with bursts of 20,000. Must be positive.
     */
    public B maxMessagesPerSecond(int rate, int burst) {
        this.maxMessagesPerSecond = positive("rate", rate);
        this.maxMessageBurst = positive("burst", burst);
        return self();
    }

    /**
     * Limits the message bytes of one client. A client that exceeds the limit is disconnected with 1008. Default: 8 MiB per second
     * with bursts of 32 MiB. Must be positive.
     */
    public B maxBytesPerSecond(int rate, int burst) {
        this.maxBytesPerSecond = positive("rate", rate);
        this.maxByteBurst = positive("burst", burst);
        return self();
    }

    /** Limits channel names of clients, in bytes of UTF-8. Default: 1024. Must be positive. */
    public B maxChannelNameBytes(int maxChannelNameBytes) {
        this.maxChannelNameBytes = positive("maxChannelNameBytes", maxChannelNameBytes);
        return self();
    }

    /**
     * Limits names of events and procedures of clients, in bytes of UTF-8; an event with a longer name is dropped, and a request fails.
     * Default: 1024. Must be positive.
     */
    public B maxEventNameBytes(int maxEventNameBytes) {
        this.maxEventNameBytes = positive("maxEventNameBytes", maxEventNameBytes);
        return self();
    }

    /** Limits the subscriptions of one connection; 0 removes the limit. Default: 1000. */
    public B socketChannelLimit(int socketChannelLimit) {
        this.socketChannelLimit = socketChannelLimit == 0 ? NONE : positive("socketChannelLimit", socketChannelLimit);
        return self();
    }

    /** Limits the pending calls to one client; further calls fail. Default: 10,000. Must be positive. */
    public B maxPendingCalls(int maxPendingCalls) {
        this.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
        return self();
    }

    /**
     * Limits the requests of one client that are not answered; their data is limited to twice {@link #maxMessageBytes(int)}. At a limit,
     * reading is paused until half of them are answered. Default: 10,000. Must be positive.
     */
    public B maxPendingRequests(int maxPendingRequests) {
        this.maxPendingRequests = positive("maxPendingRequests", maxPendingRequests);
        return self();
    }

    /**
     * Limits the bytes of unanswered requests and queued messages of all clients that are not authenticated. A request beyond the limit is
     * failed, and a client whose messages exceed it is disconnected with 1013. Default: 64 MiB. Must be positive.
     */
    public B maxUnauthenticatedBytes(long maxUnauthenticatedBytes) {
        checkArgument(
                maxUnauthenticatedBytes > 0, "maxUnauthenticatedBytes: %d (expected: > 0)", maxUnauthenticatedBytes);
        this.maxUnauthenticatedBytes = maxUnauthenticatedBytes;
        return self();
    }

    /**
     * Limits, for one connection, the packets that wait for middleware, the messages that wait for listeners, and the elements of a
     * stream. At the limit, reading is paused until half of them are processed. Default: 1024. Must be positive.
     */
    @Override
    public B maxPendingMessages(int maxPendingMessages) {
        return super.maxPendingMessages(maxPendingMessages);
    }

    /**
     * Limits the packets of a batch; a longer batch closes the connection with 1008. Default: 10,000, or {@link
     * #socketChannelLimit(int)} if that is higher. Must not be below {@code socketChannelLimit}, because a client may subscribe to all
     * its channels in one batch.
     */
    public B maxBatchLength(int maxBatchLength) {
        this.maxBatchLength = positive("maxBatchLength", maxBatchLength);
        return self();
    }

    /** Limits the nesting of a message; a message beyond the limit is not a packet. Default: 1000. Must be positive. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    /** Limits the pending handshakes; further upgrades are answered with 503. Default: 10,000. Must be positive. */
    public B maxPendingHandshakes(int maxPendingHandshakes) {
        this.maxPendingHandshakes = positive("maxPendingHandshakes", maxPendingHandshakes);
        return self();
    }

    /** Limits the connections; further upgrades are answered with 503. Default: 100,000. Must be positive. */
    public B maxConnections(int maxConnections) {
        this.maxConnections = positive("maxConnections", maxConnections);
        return self();
    }

    /** Limits the time for a decision of middleware; then the action is blocked. Zero removes the limit. Default: 30 s. */
    public B middlewareTimeout(Duration middlewareTimeout) {
        this.middlewareTimeout = notNegative("middlewareTimeout", middlewareTimeout);
        return self();
    }

    final ServerConfig.Limits limits() {
        return new ServerConfig.Limits(
                slowConsumer,
                RateLimit.of(maxMessagesPerSecond, maxMessageBurst),
                RateLimit.of(maxBytesPerSecond, maxByteBurst),
                maxChannelNameBytes,
                maxEventNameBytes,
                socketChannelLimit,
                maxPendingCalls,
                batchLength(),
                maxDepth,
                maxSentMessageBytes,
                maxPendingRequests,
                maxUnauthenticatedBytes,
                maxPendingHandshakes,
                maxConnections);
    }

    private int batchLength() {
        int channels = socketChannelLimit == NONE ? 0 : socketChannelLimit;
        if (maxBatchLength == UNSET) {
            return Math.max(DEFAULT_BATCH_LENGTH, channels);
        }
        checkArgument(
                maxBatchLength >= channels,
                "maxBatchLength: %d (expected: at least %d, the socketChannelLimit)",
                maxBatchLength,
                channels);
        return maxBatchLength;
    }

    /** Removes all limits that the original does not have. */
    final void liftLimits() {
        maxMessageBytes(100 << 20);
        maxQueuedBytes(NONE);
        maxSentMessageBytes = MAX_LENGTH;
        slowConsumer = SlowConsumer.CLOSE;
        maxMessagesPerSecond = NONE;
        maxMessageBurst = NONE;
        maxBytesPerSecond = NONE;
        maxByteBurst = NONE;
        maxChannelNameBytes = NONE;
        maxEventNameBytes = NONE;
        socketChannelLimit = NONE;
        maxPendingCalls = NONE;
        maxBatchLength = NONE;
        maxPendingRequests = NONE;
        maxUnauthenticatedBytes = Long.MAX_VALUE;
        maxPendingHandshakes = NONE;
        maxConnections = NONE;
        middlewareTimeout = Duration.ZERO;
        expireTokensOnTime = false;
        recheckSubscriptions = false;
    }
}
