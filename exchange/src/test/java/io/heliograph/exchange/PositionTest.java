package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @ParameterizedTest
    @ValueSource(strings = {"1:0", "z9:1", "1y2p0ij32e8e7:9223372036854775807", "e:10"})
    void positionIsParsedFromItsForm(String text) {
        assertThat(Position.parse(text)).hasToString(text);
        assertThat(Position.parse(text).toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "e",
                "e:",
                ":1",
                "e:-1",
                "e:+1",
                "e: 1",
                "e:01",
                "e:1:2",
                "E:1",
                "0e:1",
                "e_:1",
                "e:x",
                "12345678901234:1",
                "e:9223372036854775808",
                "e:\u0661",
                "\u00e9:1"
            })
    void malformedPositionIsRejected(String text) {
        assertThatThrownBy(() -> Position.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a position (expected: epoch:offset, as the server sent it)");
    }

    @Test
    void invalidPartsAreRejected() {
        assertThatThrownBy(() -> new Position("", 1)).hasMessageContaining("epoch");
        assertThatThrownBy(() -> new Position("a-b", 1)).hasMessageContaining("epoch");
        assertThatThrownBy(() -> new Position("e", -1)).hasMessageContaining("offset: -1");
    }

    @Test
    void positionReachesEarlierOnesOfItsEpoch() {
        Position position = new Position("e", 5);
        assertThat(position.reaches(new Position("e", 5))).isTrue();
        assertThat(position.reaches(new Position("e", 6))).isFalse();
        assertThat(position.reaches(new Position("f", 1))).isFalse();
    }
}
