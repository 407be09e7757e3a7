package io.heliograph.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CheckTest {

    @Test
    void validValueIsReturned() {
        assertThat(Check.positive("size", 1)).isEqualTo(1);
        assertThat(Check.positive("wait", Duration.ofNanos(1))).isEqualTo(Duration.ofNanos(1));
        assertThat(Check.notNegative("wait", Duration.ZERO)).isZero();
    }

    @Test
    void messageStatesValueAndExpectation() {
        assertThatThrownBy(() -> Check.positive("size", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size: 0 (expected: > 0)");
        assertThatThrownBy(() -> Check.positive("wait", Duration.ZERO)).hasMessage("wait: PT0S (expected: > 0)");
        assertThatThrownBy(() -> Check.notNegative("wait", Duration.ofSeconds(-1)))
                .hasMessage("wait: PT-1S (expected: >= 0)");
    }

    @Test
    void messageIsIndependentOfLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThatThrownBy(() -> Check.positive("size", -12)).hasMessage("size: -12 (expected: > 0)");
        } finally {
            Locale.setDefault(before);
        }
    }
}
