package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InputLinesTest {

    @Test
    void lastLineNeedsNoTerminator() throws Exception {
        InputLines lines = lines("a\n\nwörld\r\nd", 100);

        assertThat(lines.next()).isEqualTo("a");
        assertThat(lines.next()).isEmpty();
        assertThat(lines.next()).isEqualTo("wörld\r");
        assertThat(lines.next()).isEqualTo("d");
        assertThat(lines.number()).isEqualTo(4);
        assertThat(lines.next()).isNull();
    }

    @Test
    void lineOverTheLimitIsSkipped() throws Exception {
        InputLines lines = lines("12345\n123456789\nok", 5);

        assertThat(lines.next()).isEqualTo("12345");
        assertThatThrownBy(lines::next)
                .isInstanceOf(InvalidInput.class)
                .hasMessage("9 bytes (expected: at most 5, see --max-message)");
        assertThat(lines.number()).isEqualTo(2);
        assertThat(lines.next()).isEqualTo("ok");
    }

    @Test
    void malformedUtf8IsSkipped() throws Exception {
        InputLines lines = new InputLines(new ByteArrayInputStream(new byte[] {'"', (byte) 0xff, '"', '\n', 'b'}), 9);

        assertThatThrownBy(lines::next).isInstanceOf(InvalidInput.class).hasMessageStartingWith("malformed UTF-8");
        assertThat(lines.next()).isEqualTo("b");
    }

    private static InputLines lines(String text, int limit) {
        return new InputLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limit);
    }
}
