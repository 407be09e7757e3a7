package io.heliograph.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A task that waits for what only a task behind it completes. */
class BlockableFutureTest {

    private final SerialExecutor executor =
            new SerialExecutor(task -> Thread.ofVirtual().start(task));
    private final LinkedBlockingQueue<String> ran = new LinkedBlockingQueue<>();

    static List<Function<BlockableFuture<String>, String>> waysToWait() {
        return List.of(
                promise -> promise.join(),
                promise -> promise.thenApply(text -> text).join(),
                promise -> promise.copy().orTimeout(10, TimeUnit.SECONDS).join(),
                promise -> {
                    try {
                        return promise.get(10, TimeUnit.SECONDS) + promise.get().substring(0, 0);
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("waysToWait")
    void taskMayBlockOnALaterTask(Function<BlockableFuture<String>, String> wait) throws Exception {
        BlockableFuture<String> promise = new BlockableFuture<>();
        executor.execute(() -> ran.add(wait.apply(promise)));
        executor.execute(() -> promise.complete("done"));
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("done");
        executor.execute(() -> ran.add("next"));
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("next");
    }

    @Test
    void completedFutureDoesNotBlockAndKeepsTheOrder() throws Exception {
        BlockableFuture<String> promise = new BlockableFuture<>();
        promise.complete("done");
        CompletableFuture<Void> go = new CompletableFuture<>();
        executor.execute(() -> {
            ran.add(promise.join());
            go.join();
            ran.add("first");
        });
        executor.execute(() -> ran.add("second"));
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("done");
        go.complete(null);
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("second");
    }

    @Test
    void outsideAnExecutorItIsAnOrdinaryFuture() {
        BlockableFuture<String> promise = new BlockableFuture<>();
        promise.completeExceptionally(new IllegalStateException("no"));
        assertThatThrownBy(promise::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(promise).isCompletedExceptionally();
    }
}
