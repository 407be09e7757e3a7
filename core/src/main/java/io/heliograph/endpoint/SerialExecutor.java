package io.heliograph.endpoint;

import io.heliograph.Dispatch;
import io.heliograph.transport.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs user code one task at a time, in the order given, where a {@link Dispatch} says.
 *
 * <p>Any thread may give it a task. A burst of tasks is one start of a thread. Under {@link Dispatch#direct()}, a task given on
 * the loop runs before {@link #execute} returns, unless one is running.
 *
 * <p>A task that waits for an {@link io.heliograph.EventStream} or a {@link io.heliograph.endpoint.BlockableFuture} does not hold up
 * those behind it: another thread goes on with them, except under {@link Dispatch#direct()}.
 *
 * <p>Pausing it, which a task may do, keeps further tasks waiting until it is resumed; whoever gives it tasks limits how many.
 */
@SuppressWarnings("ReferenceEquality") // tasks are nodes of a queue
public final class SerialExecutor implements Pausable, ManagedBlocking.Line {

    /*
     * Tasks are pushed on a stack, which the one drainer takes whole and reverses. The top of the stack is also the state:
     * IDLE when there is no drainer, so whoever replaces IDLE must start one; BUSY below the tasks pushed since the drainer
     * last took them. A drainer that finds the executor paused leaves with the state not IDLE and sets parked; then whoever
     * clears parked, resume() or the drainer itself, goes on. Both sides write one variable and then read the other, so at
     * least one of them notices.
     */

    private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);

    /** How many tasks are run in one turn of an event loop before its I/O gets a turn. */
    private static final int DIRECT_TURN = 1024;

    private static final Task IDLE = marker();
    private static final Task BUSY = marker();

    // A server has a executor for each connection, so these are fields and not objects.
    private static final VarHandle TOP;
    private static final AtomicIntegerFieldUpdater<SerialExecutor> PAUSES =
            AtomicIntegerFieldUpdater.newUpdater(SerialExecutor.class, "pauses");
    private static final AtomicIntegerFieldUpdater<SerialExecutor> PARKED =
            AtomicIntegerFieldUpdater.newUpdater(SerialExecutor.class, "parked");

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(SerialExecutor.class, "top", Task.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Task top = IDLE;
    private volatile int pauses;

    @SuppressWarnings("UnusedVariable") // read through PARKED
    private volatile int parked;

    // Tasks that go first, latest on top. Nearly always null.
    private volatile @Nullable Task first;

    private final @Nullable Executor executor;
    private final @Nullable EventLoop loop;
    private final LoopWatchdog.@Nullable Watch watch;

    // Touched by the drainer only: taken from the stack and not yet run, oldest first.
    private @Nullable Task taken;

    /** Something to run. An object is given to one executor, once. */
    public abstract static class Task {

        private @Nullable Task next;

        /** What it throws is logged. */
        protected abstract void run();
    }

    /**
     * @param loop where tasks run under {@link Dispatch#direct()}
     */
    public SerialExecutor(Dispatch dispatch, EventLoop loop) {
        this.executor = dispatch.executor();
        this.loop = loop;
        this.watch = executor == null ? LoopWatchdog.watch(dispatch, loop) : null;
    }

    /**
     * A executor of something that has no event loop.
     *
     * @param executor where tasks run
     */
    public SerialExecutor(Executor executor) {
        this.executor = executor;
        this.loop = null;
        this.watch = null;
    }

    /** Whether nothing is running or waiting, so that a task given now would be alone. */
    public boolean isIdle() {
        return top == IDLE && pauses == 0;
    }

    /** Runs a task after those given before. */
    public void execute(Task task) {
        if (executor == null && loop != null && loop.inLoop() && TOP.compareAndSet(this, IDLE, BUSY)) {
            // Nothing is running or waiting, so the task needs no queue.
            taken = task;
            drain();
            return;
        }
        Task below = top;
        while (true) {
            task.next = below;
            Task seen = (Task) TOP.compareAndExchange(this, below, task);
            if (seen == below) {
                break;
            }
            below = seen;
        }
        if (below == IDLE) {
            start();
        }
    }

    /** Runs {@code task} after those given before. */
    public void execute(Runnable task) {
        execute(new Task() {
            @Override
            protected void run() {
                task.run();
            }
        });
    }

    /** Runs {@code task} before those that wait, after the one that runs; also while the executor is paused. */
    public void executeFirst(Runnable task) {
        Task going = new Task() {
            @Override
            protected void run() {
                task.run();
            }
        };
        synchronized (this) {
            going.next = first;
            first = going;
        }
        if (unpark()) {
            start();
        } else {
            execute(() -> {}); // somebody has to notice
        }
    }

    private void runFirst() {
        Task oldest = null;
        synchronized (this) {
            Task task = first;
            first = null;
            while (task != null) {
                Task below = task.next;
                task.next = oldest;
                oldest = task;
                task = below;
            }
        }
        while (oldest != null) {
            Task task = oldest;
            oldest = task.next;
            task.next = null;
            run(task);
        }
    }

    @Override
    public void pause() {
        PAUSES.incrementAndGet(this);
    }

    @Override
    public void resume() {
        if (PAUSES.decrementAndGet(this) == 0 && unpark()) {
            start();
        }
    }

    /** Takes on to go on; returns whether it was parked. */
    private boolean unpark() {
        return PARKED.compareAndSet(this, 1, 0);
    }

    private void start() {
        Executor target = executor == null ? Objects.requireNonNull(loop) : executor;
        try {
            target.execute(this::drain);
        } catch (RejectedExecutionException rejected) {
            log.warn("{} refused to run listeners; they go on on virtual threads", target, rejected);
            Thread.ofVirtual().name("heliograph-listener").start(this::drain);
        }
    }

    private void drain() {
        if (executor != null) {
            ManagedBlocking.Line before = ManagedBlocking.enter(this);
            try {
                drainTurn();
            } finally {
                if (ManagedBlocking.isIn(this)) {
                    ManagedBlocking.leave(before);
                }
            }
            return;
        }
        if (watch == null) {
            drainTurn();
            return;
        }
        boolean begun = watch.begin();
        try {
            drainTurn();
        } finally {
            if (begun) {
                watch.end();
            }
        }
    }

    private void drainTurn() {
        int turn = executor == null ? DIRECT_TURN : Integer.MAX_VALUE;
        while (true) {
            if (first != null) {
                runFirst();
                if (isHandedOver()) {
                    return;
                }
            }
            if (pauses > 0) {
                parked = 1;
                boolean stay = pauses > 0 && first == null;
                if (stay || !unpark()) {
                    return;
                }
                continue;
            }
            Task task = taken;
            if (task == null) {
                task = takeAll();
                if (task == null) {
                    return;
                }
            }
            if (turn-- == 0) {
                taken = task;
                start();
                return;
            }
            taken = task.next;
            task.next = null;
            run(task);
            if (isHandedOver()) {
                return;
            }
        }
    }

    /** Whether the task that ran has waited, so that another thread goes on. */
    private boolean isHandedOver() {
        return executor != null && !ManagedBlocking.isIn(this);
    }

    /**
     * {@inheritDoc} The task that runs goes on by itself, beside those behind it.
     */
    @Override
    public void handOver() {
        start();
    }

    /** All that was pushed, oldest first, or null after giving up the drainer's role. */
    private @Nullable Task takeAll() {
        if (TOP.compareAndSet(this, BUSY, IDLE)) {
            return null;
        }
        Task task = (Task) TOP.getAndSet(this, BUSY);
        Task oldest = null;
        while (task != null && task != BUSY && task != IDLE) {
            Task below = task.next;
            task.next = oldest;
            oldest = task;
            task = below;
        }
        return oldest;
    }

    private static void run(Task task) {
        try {
            task.run();
        } catch (Throwable failure) {
            log.error("a task failed", failure);
        }
    }

    private static Task marker() {
        return new Task() {
            @Override
            protected void run() {}
        };
    }
}
