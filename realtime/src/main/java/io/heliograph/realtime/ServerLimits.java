package io.heliograph.realtime;

import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.server.RateLimit;
import io.heliograph.realtime.server.ServerConfig;
import java.time.Duration;

/**
 * The limits of a server, for what one client can make it keep or do. The original has none but {@link #maxPayload(int)} and
 * {@link #socketChannelLimit(int)}.
 *
 * @param <B> the builder itself
 */
abstract class ServerLimits<B extends ServerLimits<B>> extends ServerAuthOptions<B> {

    private static final int NONE = RateLimit.UNLIMITED;

    int maxPayload = 1 << 20;
    int maxQueuedBytes = 1 << 20;
    SlowConsumer slowConsumers = SlowConsumer.CLOSE;
    int maxMessagesPerSecond = 2_000;
    int maxMessageBurst = 10_000;
    int maxBytesPerSecond = 8 << 20;
    int maxByteBurst = 32 << 20;
    int maxChannelNameBytes = 1024;
    int socketChannelLimit = 1000;
    int maxPendingCalls = 10_000;
    int maxPendingMessages = 1024;
    int maxBatchLength = 1000;
    int maxDepth = 1000;
    int maxPendingHandshakes = 10_000;
    int maxConnections = 100_000;
    Duration middlewareTimeout = Duration.ofSeconds(30);

    ServerLimits() {}

    /** Default 1 MiB: the longest message that is accepted; a longer one closes the socket with 1009. 1 or more. */
    public B maxPayload(int maxPayload) {
        this.maxPayload = positive("maxPayload", maxPayload);
        return self();
    }

    /**
     * Default 1 MiB: how much may wait to be written to one socket, in bytes; {@link #slowConsumers(SlowConsumer)} says what happens
     * then. One message is always taken when nothing waits. 1 or more.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /** Default {@link SlowConsumer#CLOSE}: what becomes of a socket that does not read as fast as is published to it. */
    public B slowConsumers(SlowConsumer slowConsumers) {
        this.slowConsumers = slowConsumers;
        return self();
    }

    /**
     * Default 2000 messages a second and 10,000 at once: how many one client may send, the packets of a batch each for itself. A
     * client that sends more is closed with 1008. 1 or more.
     */
    public B maxMessagesPerSecond(int rate, int burst) {
        this.maxMessagesPerSecond = positive("rate", rate);
        this.maxMessageBurst = positive("burst", burst);
        return self();
    }

    /**
     * Default 8 MiB a second and 32 MiB at once: how many bytes of messages one client may send. A client that sends more is closed
     * with 1008. 1 or more.
     */
    public B maxBytesPerSecond(int rate, int burst) {
        this.maxBytesPerSecond = positive("rate", rate);
        this.maxByteBurst = positive("burst", burst);
        return self();
    }

    /** Default 1024: how long the name of a channel may be that a client names, in bytes of UTF-8. 1 or more. */
    public B maxChannelNameBytes(int maxChannelNameBytes) {
        this.maxChannelNameBytes = positive("maxChannelNameBytes", maxChannelNameBytes);
        return self();
    }

    /** Default 1000: how many channels one socket may be subscribed to; 0 for any number. */
    public B socketChannelLimit(int socketChannelLimit) {
        this.socketChannelLimit = socketChannelLimit == 0 ? NONE : positive("socketChannelLimit", socketChannelLimit);
        return self();
    }

    /** Default 10,000: how many calls to one client may wait for their responses; further ones fail. 1 or more. */
    public B maxPendingCalls(int maxPendingCalls) {
        this.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
        return self();
    }

    /**
     * Default 1024: how many received packets of one socket may wait for middleware, and how many for listeners, and how many a
     * stream holds; then the client is not read from until half of them are done. 1 or more.
     */
    public B maxPendingMessages(int maxPendingMessages) {
        this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
        return self();
    }

    /** Default 1000: how many packets a batch may have; one with more closes the socket with 1008. 1 or more. */
    public B maxBatchLength(int maxBatchLength) {
        this.maxBatchLength = positive("maxBatchLength", maxBatchLength);
        return self();
    }

    /** Default 1000: how deep arrays and objects may be nested in a message; a deeper one is no packet. 1 or more. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    /** Default 10,000: how many connections may be on the way to an accepted handshake; further ones are answered with 503. */
    public B maxPendingHandshakes(int maxPendingHandshakes) {
        this.maxPendingHandshakes = positive("maxPendingHandshakes", maxPendingHandshakes);
        return self();
    }

    /** Default 100,000: how many sockets there may be; further ones are answered with 503. 1 or more. */
    public B maxConnections(int maxConnections) {
        this.maxConnections = positive("maxConnections", maxConnections);
        return self();
    }

    /** Default 30 s: how long middleware may take to decide; then the action is blocked. Zero for any time. */
    public B middlewareTimeout(Duration middlewareTimeout) {
        this.middlewareTimeout = notNegative("middlewareTimeout", middlewareTimeout);
        return self();
    }

    final ServerConfig.Limits limits() {
        return new ServerConfig.Limits(
                maxPayload,
                maxQueuedBytes,
                slowConsumers,
                RateLimit.of(maxMessagesPerSecond, maxMessageBurst),
                RateLimit.of(maxBytesPerSecond, maxByteBurst),
                maxChannelNameBytes,
                socketChannelLimit,
                maxPendingCalls,
                maxPendingMessages,
                maxBatchLength,
                maxDepth,
                maxPendingHandshakes,
                maxConnections);
    }

    /** Takes all limits away that the original does not have. */
    final void liftLimits() {
        maxPayload = 100 << 20;
        maxQueuedBytes = NONE;
        slowConsumers = SlowConsumer.CLOSE;
        maxMessagesPerSecond = NONE;
        maxMessageBurst = NONE;
        maxBytesPerSecond = NONE;
        maxByteBurst = NONE;
        maxChannelNameBytes = NONE;
        socketChannelLimit = NONE;
        maxPendingCalls = NONE;
        maxBatchLength = NONE;
        maxPendingHandshakes = NONE;
        maxConnections = NONE;
        middlewareTimeout = Duration.ZERO;
        expireTokensOnTime = false;
    }
}
