package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Event loop with its own thread. An exception of a task goes to the handler of uncaught exceptions of the thread. */
final class ThreadLoop implements EventLoop {

    private final Agenda agenda = new Agenda();
    private final Thread thread;

    ThreadLoop(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private void run() {
        try {
            boolean more = true;
            while (more) {
                more = runNext();
            }
        } catch (InterruptedException e) {
            agenda.close();
        }
    }

    /** Runs the next task, in a method of its own, so that the thread keeps no reference to it while it waits. */
    private boolean runNext() throws InterruptedException {
        @Nullable Runnable task = agenda.take();
        if (task == null) {
            return false;
        }
        try {
            task.run();
        } catch (Throwable failure) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
        return true;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread().equals(thread);
    }

    @Override
    public void execute(Runnable task) {
        agenda.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return agenda.add(System.nanoTime() + delay.toNanos(), task);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Ends the loop after the tasks that are ready. Completes when the thread has ended. */
    CompletableFuture<Void> close() {
        agenda.close();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                thread.join();
                ended.complete(null);
            } catch (InterruptedException e) {
                ended.completeExceptionally(e);
            }
        });
        return ended;
    }
}
