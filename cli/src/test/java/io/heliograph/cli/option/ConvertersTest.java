package io.heliograph.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Delay;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {

    @ParameterizedTest
    @CsvSource({"0ms,0", "500ms,500", "2s,2000", "1.5s,1500", "1m,60000", "1h,3600000"})
    void validDurationIsConverted(String text, long millis) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-1s", "1 s", "1d", "PT1S", "99999999999s"})
    void invalidDurationIsRejected(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "4096,4096", "64KiB,65536", "64k,65536", "10MB,10000000", "1mib,1048576", "1GiB,1073741824"})
    void validSizeIsConverted(String text, int bytes) {
        assertThat(new SizeConverter().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "2GiB", "9999999999GiB", "1.5MB", "lots"})
    void invalidSizeIsRejected(String text) {
        assertThatThrownBy(() -> new SizeConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void fixedAndRandomDelaysAreConverted() {
        assertThat(new DelayConverter().convert("1s")).isEqualTo(Delay.fixed(Duration.ofSeconds(1)));
        assertThat(new DelayConverter().convert("500ms..2s"))
                .isEqualTo(Delay.between(Duration.ofMillis(500), Duration.ofSeconds(2)));
    }
}
