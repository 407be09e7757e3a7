package io.heliograph.channel.message;

import io.heliograph.transport.EventLoop;
import java.time.Duration;

/** Acknowledges received messages together: the 64th at once, fewer after 5 ms. Event loop only. */
final class DelayedAcks {

    private static final Duration DELAY = Duration.ofMillis(5);
    private static final int MAX_OWED = 64;

    private final EventLoop loop;
    private final Runnable acknowledge;
    private int owed;
    private boolean scheduled;

    /**
     * @param acknowledge acknowledges all messages received so far
     */
    DelayedAcks(EventLoop loop, Runnable acknowledge) {
        this.loop = loop;
        this.acknowledge = acknowledge;
    }

    /** Counts a received message that is not acknowledged yet. */
    void owed() {
        if (++owed >= MAX_OWED) {
            acknowledge();
        } else if (!scheduled) {
            scheduled = true;
            loop.schedule(DELAY, () -> {
                scheduled = false;
                acknowledge();
            });
        }
    }

    private void acknowledge() {
        owed = 0;
        acknowledge.run();
    }
}
