package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ReadsTest {

    @Test
    void furtherReadsWaitInOrder() {
        Reads reads = new Reads();
        List<Integer> started = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> answers = new CopyOnWriteArrayList<>();
        for (int i = 0; i < Reads.MAX_ACTIVE + 2; i++) {
            int number = i;
            reads.submit(() -> {
                CompletableFuture<Void> answer = new CompletableFuture<>();
                answers.add(answer);
                started.add(number);
                return answer;
            });
        }
        assertThat(started).hasSize(Reads.MAX_ACTIVE);
        answers.get(7).complete(null);
        await().until(() -> started.size() == Reads.MAX_ACTIVE + 1);
        answers.get(8).completeExceptionally(new IllegalStateException("down"));
        await().until(() -> started.size() == Reads.MAX_ACTIVE + 2);
        assertThat(started).endsWith(Reads.MAX_ACTIVE, Reads.MAX_ACTIVE + 1);
    }

    @Test
    void readThatThrowsMakesRoom() {
        Reads reads = new Reads();
        for (int i = 0; i < 2 * Reads.MAX_ACTIVE; i++) {
            reads.submit(() -> {
                throw new IllegalStateException("broken");
            });
        }
        CompletableFuture<Void> started = new CompletableFuture<>();
        reads.submit(() -> {
            started.complete(null);
            return started;
        });
        assertThat(started).isCompleted();
    }
}
