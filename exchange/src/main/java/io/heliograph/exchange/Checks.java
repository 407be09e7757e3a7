package io.heliograph.exchange;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Comparison of the heads of channels with the broker: periodically of channels without messages, and of channels whose messages may have been
 * lost. Thread-safe.
 */
final class Checks {

    /** Maximum number of channels in one call of the broker. */
    static final int MAX_CALL = 512;

    /** Maximum number of channels in one burst of calls. */
    static final int MAX_BURST = 2000;

    private static final long BURST_MILLIS = 100;
    private static final double JITTER = 0.2;

    private final DefaultExchange exchange;
    private final long interval;

    /** Channels to compare. */
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean running = new AtomicBoolean();

    Checks(DefaultExchange exchange, Duration interval) {
        this.exchange = exchange;
        this.interval = TimeUnit.NANOSECONDS.convert(interval);
    }

    /** Starts the periodic comparison. */
    void start() {
        double jitter = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        after((long) (interval * jitter), () -> {
            exchange.forEachChannel(channel -> {
                if (channel.isQuiet()) {
                    doubtful.add(channel.name);
                }
            });
            run();
            start();
        });
    }

    /** Compares channels now, or with the next periodic comparison if the broker does not answer. */
    void compare(Collection<String> channels) {
        doubtful.addAll(channels);
        Events.runLater(this::run);
    }

    /** Reads the logs of all channels whose read has failed, and compares the doubtful channels. */
    void resume() {
        exchange.forEachChannel(LocalChannel::headToCheck);
        run();
    }

    private void after(long nanos, Runnable task) {
        if (!exchange.isClosed()) {
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Events::runLater)
                    .execute(task);
        }
    }

    private void run() {
        if (running.compareAndSet(false, true)) {
            burst();
        }
    }

    private void burst() {
        int left = MAX_BURST;
        while (left > 0 && !doubtful.isEmpty() && !exchange.isClosed()) {
            Map<String, Position> heads = take(Math.min(left, MAX_CALL));
            left -= Math.max(1, heads.size());
            if (!heads.isEmpty()) {
                check(heads);
            }
        }
        if (!doubtful.isEmpty() && left <= 0) {
            after(TimeUnit.MILLISECONDS.toNanos(BURST_MILLIS), this::burst);
            return;
        }
        running.set(false);
        if (!doubtful.isEmpty() && !exchange.isClosed()) {
            run();
        }
    }

    /** Takes doubtful channels. A channel that is filling reads its log without a comparison. */
    private Map<String, Position> take(int count) {
        Map<String, Position> heads = new HashMap<>();
        Iterator<String> names = doubtful.iterator();
        while (names.hasNext() && heads.size() < count) {
            String name = names.next();
            names.remove();
            LocalChannel channel = exchange.channelOrNull(name);
            Position head = channel == null ? null : channel.headToCheck();
            if (head != null) {
                heads.put(name, head);
            }
        }
        return heads;
    }

    private void check(Map<String, Position> heads) {
        exchange.check(heads).whenComplete((differing, failure) -> {
            if (failure != null) {
                heads.keySet().forEach(this::markDoubtful);
                return;
            }
            for (String name : differing) {
                LocalChannel channel = exchange.channelOrNull(name);
                Position head = heads.get(name);
                if (channel != null && head != null) {
                    channel.doubt(head);
                }
            }
        });
    }

    /** Compares a channel with the next periodic comparison. */
    private void markDoubtful(String name) {
        LocalChannel channel = exchange.channelOrNull(name);
        if (channel != null) {
            channel.markQuiet();
        }
    }
}
