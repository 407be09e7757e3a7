package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.endpoint.SerialExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SerialExecutorTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private Runnable note(String name) {
        return () -> ran.add(name);
    }

    // direct ---------------------------------------------------------------------------------

    private final SerialExecutor direct = new SerialExecutor(Dispatch.direct(), loop);

    private void onLoop(Runnable task) {
        loop.execute(task);
        loop.runReady();
    }

    @Test
    void directRunsTaskOfTheLoopImmediately() {
        onLoop(() -> {
            direct.execute(note("task"));
            ran.add("after");
        });
        assertThat(ran).containsExactly("task", "after");
    }

    @Test
    void directRunsTaskOfAnotherThreadOnTheLoop() {
        direct.execute(() -> ran.add("in loop " + loop.inLoop()));
        assertThat(ran).isEmpty();
        loop.runReady();
        assertThat(ran).containsExactly("in loop true");
    }

    @Test
    void directRunsNestedTaskAfterItsParent() {
        onLoop(() -> direct.execute(() -> {
            direct.execute(note("second"));
            ran.add("first");
        }));
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void taskMayOvertakeQueuedTasks() {
        direct.execute(note("1"));
        direct.execute(note("2"));
        direct.executeFirst(note("first"));
        direct.executeFirst(note("second"));
        loop.runReady();
        assertThat(ran).containsExactly("first", "second", "1", "2");
    }

    @Test
    void overtakingTaskRunsWhilePaused() {
        onLoop(() -> {
            direct.pause();
            direct.execute(note("1"));
            direct.executeFirst(note("first"));
        });
        assertThat(ran).containsExactly("first");
        onLoop(direct::resume);
        assertThat(ran).containsExactly("first", "1");
    }

    @Test
    void overtakingTaskWaitsForTheRunningTask() {
        onLoop(() -> direct.execute(() -> {
            direct.execute(note("2"));
            direct.executeFirst(note("first"));
            ran.add("1");
        }));
        assertThat(ran).containsExactly("1", "first", "2");
    }

    @Test
    void executorWithoutALoopRunsOnItsThreads() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        SerialExecutor executor = new SerialExecutor(tasks::add);
        executor.execute(note("1"));
        executor.executeFirst(note("first"));
        assertThat(ran).isEmpty();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        assertThat(ran).containsExactly("first", "1");
    }

    @Test
    void directKeepsTheOrderOfQueuedTasks() {
        direct.execute(note("1"));
        // The first task was submitted on another thread and is still queued in the loop.
        loop.execute(() -> direct.execute(note("3")));
        direct.execute(note("2"));
        loop.runReady();
        assertThat(ran).containsExactly("1", "2", "3");
    }

    @Test
    void directKeepsTheOrderBeforeTheFirstRun() {
        loop.execute(() -> {
            direct.execute(note("2"));
            ran.add("given");
        });
        direct.execute(note("1"));
        loop.runReady();
        // "1" was pushed before the task of the loop ran, so "2" is queued behind it.
        assertThat(ran).containsExactly("given", "1", "2");
    }

    @Test
    void directYieldsToTheLoopAfterManyTasks() {
        int count = 3_000;
        for (int i = 0; i < count; i++) {
            direct.execute(note("task"));
        }
        loop.execute(note("other"));
        loop.runReady();
        assertThat(ran).hasSize(count + 1);
        assertThat(ran.indexOf("other")).isEqualTo(1_024);
    }

    @Test
    void pauseAtTheEndOfARunLosesNoTask() {
        for (int i = 0; i < 1_024; i++) {
            direct.execute(note("task"));
        }
        direct.execute(note("last"));
        direct.pause();
        loop.runReady();
        assertThat(ran).isEmpty();
        direct.resume();
        loop.runReady();
        assertThat(ran).hasSize(1_025).endsWith("last");
    }

    // pause ----------------------------------------------------------------------------------

    @Test
    void pausedExecutorRunsNothingUntilFullyResumed() {
        direct.pause();
        direct.pause();
        onLoop(() -> direct.execute(note("1")));
        direct.execute(note("2"));
        loop.runReady();
        direct.resume();
        loop.runReady();
        assertThat(ran).isEmpty();
        direct.resume();
        loop.runReady();
        assertThat(ran).containsExactly("1", "2");
    }

    @Test
    void taskMayPauseItsExecutor() {
        onLoop(() -> {
            direct.execute(() -> {
                ran.add("1");
                direct.pause();
            });
            direct.execute(note("2"));
        });
        assertThat(ran).containsExactly("1");
        direct.resume();
        assertThat(ran).containsExactly("1");
        loop.runReady();
        assertThat(ran).containsExactly("1", "2");
    }

    @Test
    void pauseAndResumeInsideATaskStopsNothing() {
        onLoop(() -> {
            direct.execute(() -> {
                direct.pause();
                direct.resume();
            });
            direct.execute(note("2"));
        });
        assertThat(ran).containsExactly("2");
    }

    @Test
    void resumeBeforeItsPauseStopsNothing() {
        direct.resume();
        direct.pause();
        onLoop(() -> direct.execute(note("1")));
        assertThat(ran).containsExactly("1");
    }

    @Test
    void pauseAndResumeOfIdleExecutorStartsNothing() {
        direct.pause();
        direct.resume();
        assertThat(loop.runReady()).isZero();
        onLoop(() -> direct.execute(note("1")));
        assertThat(ran).containsExactly("1");
    }

    // executors ------------------------------------------------------------------------------

    @Test
    void burstOfTasksStartsOneThread() {
        Queue<Runnable> started = new ArrayDeque<>();
        SerialExecutor executor = new SerialExecutor(Dispatch.on(started::add), loop);
        for (int i = 0; i < 100; i++) {
            executor.execute(note("task"));
        }
        assertThat(started).hasSize(1);
        started.remove().run();
        assertThat(ran).hasSize(100);
        assertThat(started).isEmpty();
        executor.execute(note("task"));
        assertThat(started).hasSize(1);
    }

    @Test
    void callerRunsExecutorIsAllowed() {
        SerialExecutor executor = new SerialExecutor(Dispatch.on(Runnable::run), loop);
        executor.execute(() -> {
            executor.execute(note("2"));
            ran.add("1");
        });
        executor.pause();
        executor.execute(note("3"));
        assertThat(ran).containsExactly("1", "2");
        executor.resume();
        assertThat(ran).containsExactly("1", "2", "3");
    }

    @Test
    void rejectingExecutorIsReplacedByVirtualThreads() {
        SerialExecutor executor = new SerialExecutor(
                Dispatch.on(task -> {
                    throw new RejectedExecutionException("expected in this test");
                }),
                loop);
        executor.execute(() -> ran.add("virtual " + Thread.currentThread().isVirtual()));
        executor.execute(note("2"));
        await().until(() -> ran.size() == 2);
        assertThat(ran).containsExactly("virtual true", "2");
    }

    @Test
    void failingTaskDoesNotStopLaterTasks() {
        onLoop(() -> {
            direct.execute(() -> {
                throw new AssertionError("expected in this test");
            });
            direct.execute(note("2"));
        });
        assertThat(ran).containsExactly("2");
    }

    @Test
    void virtualTasksMayBlock() throws InterruptedException {
        SerialExecutor executor = new SerialExecutor(Dispatch.virtual(), loop);
        CountDownLatch gate = new CountDownLatch(1);
        executor.execute(() -> {
            try {
                ran.add(gate.await(10, TimeUnit.SECONDS) ? "1" : "late");
            } catch (InterruptedException e) {
                ran.add("interrupted");
            }
        });
        executor.execute(() -> ran.add("virtual " + Thread.currentThread().isVirtual()));
        gate.countDown();
        await().until(() -> ran.size() == 2);
        assertThat(ran).containsExactly("1", "virtual true");
    }

    // stress ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "pool", "inline", "direct"})
    void concurrentTasksRunOnceAndNeverAtOnce(String where) throws Exception {
        int givers = 4;
        int tasks = 50_000;
        ExecutorService pool = Executors.newFixedThreadPool(3);
        AtomicBoolean done = new AtomicBoolean();
        Thread looper = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                loop.runReady();
            }
        });
        try {
            SerialExecutor executor = new SerialExecutor(dispatch(where, pool), loop);
            int[] next = new int[givers]; // not volatile: the executor orders its tasks
            AtomicBoolean inside = new AtomicBoolean();
            AtomicInteger wrong = new AtomicInteger();
            AtomicInteger count = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int g = 0; g < givers; g++) {
                int giver = g;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < tasks; i++) {
                        int number = i;
                        executor.execute(() -> {
                            if (inside.getAndSet(true) || next[giver]++ != number) {
                                wrong.incrementAndGet();
                            }
                            inside.set(false);
                            count.incrementAndGet();
                        });
                    }
                }));
            }
            // Two threads pause and resume the executor independently in the meantime.
            for (int p = 0; p < 2; p++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (count.get() < givers * tasks / 2) {
                        executor.pause();
                        if (ThreadLocalRandom.current().nextInt(4) == 0) {
                            Thread.onSpinWait();
                        }
                        executor.resume();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            await().until(() -> count.get() == givers * tasks);
            assertThat(wrong).hasValue(0);
            assertThat(IntStream.of(next)).containsOnly(tasks);
        } finally {
            done.set(true);
            looper.join();
            pool.shutdown();
        }
    }

    private static Dispatch dispatch(String where, ExecutorService pool) {
        return switch (where) {
            case "virtual" -> Dispatch.virtual();
            case "pool" -> Dispatch.on(pool);
            case "inline" -> Dispatch.on(Runnable::run);
            default -> Dispatch.direct();
        };
    }
}
