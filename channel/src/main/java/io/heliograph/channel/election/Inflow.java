package io.heliograph.channel.election;

import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.transport.Link;
import java.util.concurrent.RejectedExecutionException;

/**
 * Keeps what was read from a link and waits for listeners within a limit, by not reading while there is too much. On the
 * link's loop, but for the tasks.
 */
public final class Inflow {

    private final Link link;
    private final SerialExecutor executor;
    private final long limit;

    private long waiting;
    private long unmarked;
    private boolean paused;

    /**
     * @param limit how much may wait, in the unit of {@link #added}
     */
    public Inflow(Link link, SerialExecutor executor, long limit) {
        this.link = link;
        this.executor = executor;
        this.limit = limit;
    }

    /** Something of this size has been given to the executor. A marker follows it from time to time, not each time. */
    public void added(long size) {
        waiting += size;
        unmarked += size;
        if (unmarked * 4 >= limit || waiting == size) {
            mark();
        }
        if (!paused && waiting >= limit) {
            paused = true;
            link.reading(false);
        }
    }

    private void done(long size) {
        waiting -= size;
        if (unmarked > 0 && waiting == unmarked) {
            // All that was marked is done; the rest needs a marker of its own.
            mark();
        }
        if (paused && waiting * 2 <= limit) {
            paused = false;
            link.reading(true);
        }
    }

    private void mark() {
        long marked = unmarked;
        unmarked = 0;
        executor.execute(new Marker(marked));
    }

    private final class Marker extends SerialExecutor.Task {

        private final long size;

        Marker(long size) {
            this.size = size;
        }

        @Override
        protected void run() {
            if (link.loop().inLoop()) {
                done(size);
                return;
            }
            try {
                link.loop().execute(() -> done(size));
            } catch (RejectedExecutionException e) {
                // The loop has ended, and the link with it.
            }
        }
    }
}
