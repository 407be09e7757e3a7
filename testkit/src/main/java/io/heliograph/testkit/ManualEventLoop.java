package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An event loop without a thread: the test runs it, with a {@link ManualClock}. Thread-safe.
 */
public final class ManualEventLoop implements EventLoop {

    private final Agenda agenda = new Agenda();
    private final ManualClock clock;
    private volatile @Nullable Thread runner;

    ManualEventLoop(ManualClock clock) {
        this.clock = clock;
    }

    /** Creates an event loop with its own clock. */
    public static ManualEventLoop create() {
        return new ManualClock().newLoop();
    }

    public ManualClock clock() {
        return clock;
    }

    /** Runs all loops of the clock; see {@link ManualClock#runReady()}. */
    public int runReady() {
        return clock.runReady();
    }

    /** See {@link ManualClock#advance}. */
    public void advance(Duration time) {
        clock.advance(time);
    }

    /** The time until the earliest timer; empty without timers. */
    public Optional<Duration> untilNextTimer() {
        OptionalLong next = nextTimer();
        return next.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(next.getAsLong() - clock.nanoTime()));
    }

    /** The number of pending timers. */
    public int timers() {
        return agenda.timerCount();
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread().equals(runner);
    }

    @Override
    public void execute(Runnable task) {
        agenda.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return agenda.add(clock.nanoTime() + delay.toNanos(), task);
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    OptionalLong nextTimer() {
        return agenda.nextTimer();
    }

    @Nullable
    Runnable poll() {
        return agenda.poll(clock.nanoTime());
    }

    void run(Runnable task) {
        runner = Thread.currentThread();
        try {
            task.run();
        } finally {
            runner = null;
        }
    }
}
