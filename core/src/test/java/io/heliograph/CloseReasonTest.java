package io.heliograph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CloseReasonTest {

    @Test
    void messageOfThePeerIsPrintedEscaped() {
        CloseReason.Remote reason = new CloseReason.Remote(4000, "bye\u001b[31m\n");
        assertThat(reason).hasToString("Remote[code=4000, text=bye\\u001b[31m\\n]");
        assertThat(reason.text()).isEqualTo("bye\u001b[31m\n");
    }
}
