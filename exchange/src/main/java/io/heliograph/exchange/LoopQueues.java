package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The queues of the event loops that have subscribers. */
final class LoopQueues {

    private final Map<EventLoop, LoopQueue> queues = new ConcurrentHashMap<>();
    private final Events events;
    private final long maxWeight;

    LoopQueues(Events events, long maxWeight) {
        this.events = events;
        this.maxWeight = maxWeight;
    }

    /** The queue of {@code loop}, for one group more. */
    LoopQueue acquire(EventLoop loop) {
        LoopQueue queue = queues.compute(loop, (key, present) -> {
            LoopQueue taken = present == null ? new LoopQueue(key, events, maxWeight) : present;
            taken.groups++;
            return taken;
        });
        return Objects.requireNonNull(queue);
    }

    /** One group fewer. What waits in the queue is still done. */
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
