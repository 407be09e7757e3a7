package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A loop without a thread: the test runs it, with a {@link ManualClock}.
 *
 * <p>The thread that runs a task of the loop is in the loop while it does. Any thread may give it tasks.
 */
public final class ManualEventLoop implements EventLoop {

    private final Agenda agenda = new Agenda();
    private final ManualClock clock;
    private volatile @Nullable Thread runner;

    ManualEventLoop(ManualClock clock) {
        this.clock = clock;
    }

    /** A loop with a clock of its own. */
    public static ManualEventLoop create() {
        return new ManualClock().newLoop();
    }

    public ManualClock clock() {
        return clock;
    }

    /** See {@link ManualClock#runReady()}; it runs the clock's other loops too. */
    public int runReady() {
        return clock.runReady();
    }

    /** See {@link ManualClock#advance}. */
    public void advance(Duration time) {
        clock.advance(time);
    }

    /** How long from now the earliest timer is due; empty without timers. */
    public Optional<Duration> untilNextTimer() {
        OptionalLong next = nextTimer();
        return next.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(next.getAsLong() - clock.nanoTime()));
    }

    /** How many timers wait for their time. */
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
