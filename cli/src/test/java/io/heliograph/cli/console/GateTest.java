package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateTest {

    private final Gate gate = new Gate();

    @Test
    void closedGateBlocks() {
        Thread.currentThread().interrupt(); // ends the wait at once
        assertThatThrownBy(gate::await).isInstanceOf(InterruptedException.class);
        gate.open();
        gate.close();
        Thread.currentThread().interrupt();
        assertThatThrownBy(gate::await).isInstanceOf(InterruptedException.class);
    }

    @Test
    void openGateDoesNotBlock() throws InterruptedException {
        assertThat(gate.open()).isTrue();
        assertThat(gate.open()).isFalse();
        gate.await();
        gate.close();
        assertThat(gate.open()).isTrue();
    }
}
