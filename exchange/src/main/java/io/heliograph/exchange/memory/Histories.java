package io.heliograph.exchange.memory;

import io.heliograph.exchange.HistoryLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Histories by rule: channels with equal limits share one {@link RetainedHistory}. Thread-safe.
 *
 * @param <C> type of a channel
 */
final class Histories<C> {

    static final int MAX_LIMITS = 16;

    private final Function<? super String, HistoryLimits> rule;
    private final LongSupplier nanoTime;
    private final Consumer<C> onEmpty;
    private final Map<HistoryLimits, RetainedHistory<C>> histories = new ConcurrentHashMap<>();

    Histories(Function<? super String, HistoryLimits> rule, LongSupplier nanoTime, Consumer<C> onEmpty) {
        this.rule = rule;
        this.nanoTime = nanoTime;
        this.onEmpty = onEmpty;
    }

    /**
     * Returns the history of a channel; null if the channel has none. Calls the rule; the caller must not hold a lock.
     *
     * @throws IllegalStateException if the rule has returned too many different limits
     */
    @Nullable
    RetainedHistory<C> of(String channel) {
        HistoryLimits limits = rule.apply(channel);
        if (limits.count() == 0) {
            return null;
        }
        RetainedHistory<C> known = histories.get(limits);
        if (known != null) {
            return known;
        }
        if (histories.size() >= MAX_LIMITS) {
            throw new IllegalStateException(
                    "history rule: too many different limits (expected: at most " + MAX_LIMITS + ")");
        }
        return histories.computeIfAbsent(limits, key -> new RetainedHistory<>(key, nanoTime, onEmpty));
    }

    void expire() {
        histories.values().forEach(RetainedHistory::expire);
    }

    void close() {
        histories.values().forEach(RetainedHistory::close);
    }
}
