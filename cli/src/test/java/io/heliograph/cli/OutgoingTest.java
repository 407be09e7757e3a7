package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Payload;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutgoingTest {

    @Test
    void keepsTheMessageAsItWasWritten() throws InvalidInput {
        Outgoing outgoing = Outgoing.parse("{\"message\":{\"n\":1.50e+2, \"o\":[]},\"topic\":\"t\"}", false);

        assertThat(outgoing.topic()).isEqualTo("t");
        assertThat(text(outgoing)).isEqualTo("{\"n\":1.50e+2, \"o\":[]}");
        assertThat(outgoing.clientId()).isNull();
    }

    @Test
    void tellsNoMessageFromNull() throws InvalidInput {
        assertThat(Outgoing.parse("{\"topic\":\"t\"}", false).payload()).isNull();
        assertThat(text(Outgoing.parse("{\"topic\":\"t\",\"message\":null}", false)))
                .isEqualTo("null");
    }

    @Test
    void mayNameAClientOnAServer() throws InvalidInput {
        String line = "{\"topic\":\"\",\"clientId\":\"c\",\"message\":1}";

        assertThat(Outgoing.parse(line, true).clientId()).isEqualTo("c");
        assertThatThrownBy(() -> Outgoing.parse(line, false))
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("unknown member \"clientId\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello | no JSON: ",
                "{\"topic\":\"t\" | no JSON: ",
                "{\"topic\":\"t\"} x | no JSON: ",
                "[1] | a JSON value that is no object",
                "null | a JSON value that is no object",
                "{\"message\":1} | no \"topic\"",
                "{\"topic\":5} | \"topic\" is no string",
                "{\"topic\":null} | \"topic\" is no string",
                "{\"topic\":\"t\",\"clientId\":5} | \"clientId\" is no string",
                "{\"topic\":\"t\",\"mesage\":1} | unknown member \"mesage\"",
            })
    void saysWhatIsWrongAndWhatWasExpected(String line, String wrong) {
        assertThatThrownBy(() -> Outgoing.parse(line, true))
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith(wrong.strip())
                .hasMessageContaining("(expected: {\"topic\":\"…\",\"message\":…}");
    }

    private static String text(Outgoing outgoing) {
        Payload payload = Objects.requireNonNull(outgoing.payload());
        return payload.text();
    }
}
