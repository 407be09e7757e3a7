package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutputBudgetTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final OutputBudget budget = new OutputBudget(600, nanos::get);

    @Test
    void eventsBeyondTheBudgetAreCounted() {
        assertThat(budget.take(400)).isTrue();
        assertThat(budget.take(200)).isTrue();
        assertThat(budget.take(1)).isFalse();
        assertThat(budget.take(1)).isFalse();
        assertThat(budget.takeDropped()).isEqualTo(2);
        assertThat(budget.takeDropped()).isZero();
    }

    @Test
    void budgetReturnsWithinAMinute() {
        assertThat(budget.take(600)).isTrue();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertThat(budget.take(101)).isFalse();
        assertThat(budget.take(99)).isTrue();
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(budget.take(600)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @Test
    void eventLargerThanTheBudgetTakesAWholeMinute() {
        assertThat(budget.take(10_000)).isTrue();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        assertThat(budget.take(1)).isFalse();
    }
}
