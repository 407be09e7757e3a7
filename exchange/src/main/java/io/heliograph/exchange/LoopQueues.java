package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Queues of the event loops that have subscribers. Thread-safe. */
final class LoopQueues {

    private final Map<EventLoop, LoopQueue> queues = new ConcurrentHashMap<>();
    private final Events events;
    private final long maxWeight;

    LoopQueues(Events events, long maxWeight) {
        this.events = events;
        this.maxWeight = maxWeight;
    }

    /** Returns the queue of an event loop and adds a group to it. */
    LoopQueue acquire(EventLoop loop) {
        LoopQueue queue = queues.compute(loop, (key, present) -> {
            LoopQueue acquired = present == null ? new LoopQueue(key, events, maxWeight) : present;
            acquired.groups++;
            return acquired;
        });
        return Objects.requireNonNull(queue);
    }

    /** Removes a group from a queue. Pending entries are still processed. */
    void release(LoopQueue queue) {
        queues.computeIfPresent(queue.loop, (key, present) -> --present.groups == 0 ? null : present);
    }

    long weight() {
        return queues.values().stream().mapToLong(LoopQueue::weight).sum();
    }

    int size() {
        return queues.size();
    }

    void clear() {
        queues.clear();
    }
}
