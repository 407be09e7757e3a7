package io.heliograph.endpoint;

import io.heliograph.Dispatch;
import io.heliograph.transport.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor of user code: runs one task at a time, in order, on the threads of a {@link Dispatch}. Thread-safe.
 *
 * <p>A burst of tasks starts one thread. Under {@link Dispatch#direct()}, a task that is submitted on the event loop runs before
 * {@link #execute} returns, unless another task is running.
 *
 * <p>A task that blocks on an {@link io.heliograph.EventStream} or a {@link BlockableFuture} does not delay later tasks: another
 * thread continues with them, except under {@link Dispatch#direct()}.
 *
 * <p>While the executor is paused, tasks are queued without a limit; their producers must limit them.
 */
@SuppressWarnings("ReferenceEquality") // tasks are nodes of a queue
public final class SerialExecutor implements Pausable, ManagedBlocking.Blocker {

    /*
     * Tasks are pushed on a stack, which the one drainer takes as a whole and reverses. The top of the stack is also the state:
     * IDLE if there is no drainer, so the thread that replaces IDLE must start one; BUSY below the tasks pushed since the drainer
     * last took the stack. A drainer that finds the executor paused sets `parked` and ends, with a state other than IDLE; then the
     * thread that clears `parked`, in resume() or in the drainer itself, continues. Both sides write one variable and then read the
     * other, so at least one of them sees the change.
     *
     * abandon() runs the tasks of a drainer that may never return. The drainer removes a task from `taken`, reads `abandoned` and
     * runs the task unclaimed if it is false. abandon() sets `abandoned` and then reads the stack of the drainer's thread, which
     * synchronizes with that thread: the drainer has either removed its task from `taken` visibly, or reads true afterwards. Once
     * `abandoned` is true, both sides claim each task before they run it.
     */

    private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);
    private static final FailureLog failures = new FailureLog(log);

    /** Maximum number of tasks in one event loop iteration, after which the loop does I/O again. */
    private static final int DIRECT_TURN = 1024;

    private static final Task IDLE = marker();
    private static final Task BUSY = marker();

    // A server has an executor per connection, so these are fields and not objects.
    private static final VarHandle TOP;
    private static final VarHandle RUNNER;
    private static final AtomicIntegerFieldUpdater<SerialExecutor> PAUSES =
            AtomicIntegerFieldUpdater.newUpdater(SerialExecutor.class, "pauses");
    private static final AtomicIntegerFieldUpdater<SerialExecutor> PARKED =
            AtomicIntegerFieldUpdater.newUpdater(SerialExecutor.class, "parked");
    private static final AtomicIntegerFieldUpdater<Task> CLAIMED =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "claimed");

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(SerialExecutor.class, "top", Task.class);
            RUNNER = MethodHandles.lookup().findVarHandle(SerialExecutor.class, "runner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Task top = IDLE;
    private volatile int pauses;

    @SuppressWarnings("UnusedVariable") // read through PARKED
    private volatile int parked;

    // Set once: tasks no longer wait for the running one.
    private volatile boolean abandoned;

    // Thread of the drainer, for diagnosis.
    private @Nullable Thread runner;

    // Tasks that overtake queued tasks, latest on top. Nearly always null.
    private volatile @Nullable Task first;

    private final @Nullable Executor executor;
    private final @Nullable EventLoop loop;
    private final LoopWatchdog.@Nullable Watch watch;

    // Drainer and abandon() only: tasks taken from the stack and not yet run, oldest first.
    private @Nullable Task taken;

    /** Task that is its own queue node. Must be submitted once, to one executor. */
    public abstract static class Task {

        private @Nullable Task next;

        @SuppressWarnings("UnusedVariable") // used through CLAIMED
        private volatile int claimed;

        /** Runs the task. An exception is logged. */
        protected abstract void run();

        /**
         * Returns whether the task is dropped when its endpoint has closed although user code is still running. True for a task that
         * only passes a received message to listeners. A task that completes a future must not be dropped.
         */
        protected boolean isDroppable() {
            return false;
        }
    }

    /**
     * Creates the executor of a component that belongs to an event loop.
     *
     * @param loop event loop that runs tasks under {@link Dispatch#direct()}
     */
    public SerialExecutor(Dispatch dispatch, EventLoop loop) {
        this.executor = dispatch.executor();
        this.loop = loop;
        this.watch = executor == null ? LoopWatchdog.watch(dispatch, loop) : null;
    }

    /**
     * Creates the executor of a component without an event loop.
     *
     * @param executor executor that runs tasks
     */
    public SerialExecutor(Executor executor) {
        this.executor = executor;
        this.loop = null;
        this.watch = null;
    }

    /** Returns whether no task is running or queued. */
    public boolean isIdle() {
        return abandoned || (top == IDLE && pauses == 0);
    }

    /** Runs a task after the queued tasks. */
    public void execute(Task task) {
        if (abandoned) {
            runAlone(task);
            return;
        }
        if (executor == null && loop != null && loop.inLoop() && TOP.compareAndSet(this, IDLE, BUSY)) {
            // No task is running or queued, so this one needs no queue.
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
        } else if (abandoned) {
            runQueuedAlone();
        }
    }

    /** Runs a task after the queued tasks. */
    public void execute(Runnable task) {
        execute(new Task() {
            @Override
            protected void run() {
                task.run();
            }
        });
    }

    /** Returns a future that completes, on the executor, after the queued tasks. */
    public CompletableFuture<Void> flush() {
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        execute(() -> flushed.complete(null));
        return flushed;
    }

    /** Runs a task before the queued tasks and after the one that is running; also while the executor is paused. */
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
        if (abandoned) {
            runFirst();
        } else if (unpark()) {
            start();
        } else {
            execute(() -> {}); // a drainer must see the task
        }
    }

    /** Returns the thread that runs a task now, as far as known; null without one. For diagnosis. */
    @Nullable
    Thread runner() {
        return top == IDLE ? null : runner;
    }

    /**
     * Stops waiting for the running task, which may never return. Queued and later tasks run at once, each on a virtual thread and in
     * no order; {@linkplain Task#isDroppable droppable} tasks are dropped.
     */
    void abandon() {
        abandoned = true;
        Thread running = runner;
        if (running != null) {
            running.getStackTrace(); // synchronizes with the drainer, see above
        }
        Task task = taken;
        while (task != null) {
            Task next = task.next;
            runAlone(task);
            task = next;
        }
        runQueuedAlone();
        runFirst();
    }

    /** Runs all pushed tasks, after {@link #abandon}. */
    private void runQueuedAlone() {
        Task task = oldestFirst((Task) TOP.getAndSet(this, BUSY));
        while (task != null) {
            Task next = task.next;
            runAlone(task);
            task = next;
        }
    }

    private static void runAlone(Task task) {
        if (CLAIMED.compareAndSet(task, 0, 1) && !task.isDroppable()) {
            Thread.ofVirtual().name("heliograph-listener").start(() -> run(task));
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
            if (abandoned) {
                runAlone(task);
            } else {
                run(task);
            }
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

    /** Clears `parked`; returns whether it was set, so that the caller must continue. */
    private boolean unpark() {
        return PARKED.compareAndSet(this, 1, 0);
    }

    private void start() {
        Executor target = executor == null ? Objects.requireNonNull(loop) : executor;
        try {
            target.execute(this::drain);
        } catch (RejectedExecutionException rejected) {
            failures.expected(
                    "executor rejected listeners",
                    "Listeners continue on virtual threads: executor rejected them executor=" + target + " cause="
                            + rejected);
            Thread.ofVirtual().name("heliograph-listener").start(this::drain);
        }
    }

    private void drain() {
        Thread self = Thread.currentThread();
        if (executor != null) {
            runner = self;
            ManagedBlocking.Blocker before = ManagedBlocking.enter(this);
            try {
                drainTasks();
            } finally {
                RUNNER.compareAndSet(this, self, (Thread) null);
                if (ManagedBlocking.isIn(this)) {
                    ManagedBlocking.leave(before);
                }
            }
            return;
        }
        if (runner != self) {
            runner = self;
        }
        if (watch == null) {
            drainTasks();
            return;
        }
        boolean begun = watch.begin();
        try {
            drainTasks();
        } finally {
            if (begun) {
                watch.end();
            }
        }
    }

    private void drainTasks() {
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
            Task next = task.next;
            taken = next;
            if (abandoned) {
                // abandon() may run the same tasks; each is claimed by one of the threads.
                runAlone(task);
                for (Task rest = next; rest != null; rest = rest.next) {
                    runAlone(rest);
                }
                return;
            }
            task.next = null;
            run(task);
            if (isHandedOver()) {
                return;
            }
        }
    }

    /** Returns whether the task has blocked, so that another thread continues. */
    private boolean isHandedOver() {
        return executor != null && !ManagedBlocking.isIn(this);
    }

    /**
     * {@inheritDoc} The current task and the queued tasks run concurrently then.
     */
    @Override
    public void handOver() {
        start();
    }

    /** Takes all pushed tasks, oldest first; null if no task was pushed, and the drainer has ended. */
    private @Nullable Task takeAll() {
        if (TOP.compareAndSet(this, BUSY, IDLE)) {
            return null;
        }
        return oldestFirst((Task) TOP.getAndSet(this, BUSY));
    }

    /** Reverses a stack of pushed tasks. */
    private static @Nullable Task oldestFirst(@Nullable Task latest) {
        Task task = latest;
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
            failures.userCode("task", null, failure);
        }
    }

    private static Task marker() {
        return new Task() {
            @Override
            protected void run() {}
        };
    }
}
