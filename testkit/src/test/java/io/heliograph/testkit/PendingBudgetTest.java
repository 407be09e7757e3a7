package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.endpoint.PendingBudget;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingBudgetTest {

    private final PendingBudget budget = new PendingBudget(1000);
    private final PendingBudget.Account account = budget.account();

    @Test
    void singleAccountTakesAFifthAtMost() {
        int taken = 0;
        while (account.reserve(1)) {
            taken++;
        }
        assertThat(taken).isEqualTo(200);
        assertThat(account.pendingBytes()).isEqualTo(200);
        assertThat(budget.usedBytes()).isEqualTo(200);
    }

    @Test
    void rejectedReservationTakesNothing() {
        assertThat(account.reserve(251)).isFalse();
        assertThat(account.pendingBytes()).isZero();
        assertThat(budget.usedBytes()).isZero();
        assertThat(account.reserve(250)).isTrue();
    }

    @Test
    void releasedBytesCanBeReservedAgain() {
        assertThat(account.reserve(200)).isTrue();
        assertThat(account.reserve(100)).isFalse();
        account.release(200);
        assertThat(account.reserve(200)).isTrue();
    }

    @Test
    void manyGreedyAccountsStayWithinTheBudgetAndLeaveRoom() {
        PendingBudget large = new PendingBudget(64 << 20);
        IntStream.range(0, 300).forEach(i -> {
            PendingBudget.Account greedy = large.account();
            while (greedy.reserve(64 << 10)) {
                Thread.onSpinWait();
            }
        });
        assertThat(large.usedBytes()).isLessThan(64 << 20);
        assertThat(large.account().reserve(1000)).isTrue();
    }

    @Test
    void authenticatedAccountIsNotCounted() {
        account.reserve(200);
        account.authenticated(true);
        account.authenticated(true);
        assertThat(budget.usedBytes()).isZero();
        assertThat(account.reserve(100_000)).isTrue();
        account.release(100_000);
        account.release(100);
        assertThat(budget.usedBytes()).isZero();
        account.authenticated(false);
        assertThat(budget.usedBytes()).isEqualTo(100);
        account.release(100);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void concurrentReservationsNeverExceedTheBudget() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            Thread.ofPlatform().start(() -> {
                PendingBudget.Account own = budget.account();
                for (int n = 0; n < 100_000; n++) {
                    if (own.reserve(50)) {
                        own.release(50);
                    }
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void budgetMustBePositive() {
        assertThatThrownBy(() -> new PendingBudget(0)).hasMessage("maxBytes: 0 (expected: > 0)");
    }
}
