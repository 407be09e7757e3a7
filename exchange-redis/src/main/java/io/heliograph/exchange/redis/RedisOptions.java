package io.heliograph.exchange.redis;

import io.heliograph.exchange.HistoryLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Options of an engine; see {@link RedisEngine.Builder}. */
record RedisOptions(
        List<RedisAddress> addresses,
        boolean cluster,
        boolean tls,
        @Nullable String user,
        Supplier<? extends @Nullable CharSequence> password,
        String keyPrefix,
        String node,
        String address,
        Duration nodeTtl,
        Duration presenceLinger,
        Function<? super String, HistoryLimits> history,
        int maxPendingBytes,
        int maxMessageBytes,
        WhileDisconnected whileDisconnected,
        Duration publishTimeout,
        Duration confirmFor,
        Duration healthTimeout,
        Duration idWindow) {

    private static final int CLUSTER_PARTITIONS = 64;

    /** Number of partitions: 1 on a single Redis. */
    int partitions() {
        return cluster ? CLUSTER_PARTITIONS : 1;
    }

    /** Bytes of confirmed messages that a partition keeps to publish them again. */
    static final long MAX_KEPT_BYTES = 32L << 20;

    /** Time after which an unanswered message is given up. */
    static final Duration GIVE_UP_AFTER = Duration.ofSeconds(60);

    /** Time for which Redis keeps the number of the last batch; DAY in {@code functions.lua}. */
    static final Duration PIPELINE_RETENTION = Duration.ofDays(1);

    private static final Duration MIN_RETENTION = Duration.ofHours(1);

    /** Time for which the head of a channel is kept without use. */
    static Duration retention(HistoryLimits limits) {
        Duration retention = limits.age().multipliedBy(4);
        return retention.compareTo(MIN_RETENTION) < 0 ? MIN_RETENTION : retention;
    }
}
