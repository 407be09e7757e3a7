package io.heliograph.cli.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.console.InvalidInput;
import io.heliograph.codec.Payload;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageLineTest {

    @Test
    void payloadRemainsUnchanged() throws InvalidInput {
        MessageLine outgoing = MessageLine.parse("{\"message\":{\"n\":1.50e+2, \"o\":[]},\"topic\":\"t\"}", false);

        assertThat(outgoing.topic()).isEqualTo("t");
        assertThat(text(outgoing)).isEqualTo("{\"n\":1.50e+2, \"o\":[]}");
        assertThat(outgoing.clientId()).isNull();
    }

    @Test
    void absentMessageDiffersFromNull() throws InvalidInput {
        assertThat(MessageLine.parse("{\"topic\":\"t\"}", false).payload()).isNull();
        assertThat(text(MessageLine.parse("{\"topic\":\"t\",\"message\":null}", false)))
                .isEqualTo("null");
    }

    @Test
    void serverLineMayNameAClient() throws InvalidInput {
        String line = "{\"topic\":\"\",\"clientId\":\"c\",\"message\":1}";

        assertThat(MessageLine.parse(line, true).clientId()).isEqualTo("c");
        assertThatThrownBy(() -> MessageLine.parse(line, false))
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("unknown member \"clientId\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello | malformed JSON: ",
                "{\"topic\":\"t\" | malformed JSON: ",
                "{\"topic\":\"t\"} x | malformed JSON: ",
                "[1] | a JSON value that is not an object",
                "null | a JSON value that is not an object",
                "{\"message\":1} | \"topic\" is missing",
                "{\"topic\":5} | \"topic\" is not a string",
                "{\"topic\":null} | \"topic\" is not a string",
                "{\"topic\":\"t\",\"clientId\":5} | \"clientId\" is not a string",
                "{\"topic\":\"t\",\"mesage\":1} | unknown member \"mesage\"",
            })
    void invalidLineNamesProblemAndExpectedForm(String line, String wrong) {
        assertThatThrownBy(() -> MessageLine.parse(line, true))
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith(wrong.strip())
                .hasMessageContaining("(expected: {\"topic\":\"…\",\"message\":…}");
    }

    private static String text(MessageLine outgoing) {
        Payload payload = Objects.requireNonNull(outgoing.payload());
        return payload.text();
    }
}
