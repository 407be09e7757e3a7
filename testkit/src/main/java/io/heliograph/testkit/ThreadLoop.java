package io.heliograph.testkit;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A loop with a thread of its own. What a task throws goes to the thread's handler of uncaught exceptions. */
final class ThreadLoop implements EventLoop {

    private final Agenda agenda = new Agenda();
    private final Thread thread;

    ThreadLoop(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private void run() {
        try {
            @Nullable Runnable task = agenda.take();
            while (task != null) {
                try {
                    task.run();
                } catch (Throwable failure) {
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
                }
                task = agenda.take();
            }
        } catch (InterruptedException e) {
            agenda.close();
        }
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

    /** Ends it after the tasks that are ready; completes when the thread has ended. */
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
