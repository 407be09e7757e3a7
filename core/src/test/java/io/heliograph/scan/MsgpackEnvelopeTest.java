package io.heliograph.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackEnvelopeTest {

    private final MsgpackEnvelope envelope = new MsgpackEnvelope("method", "params", "id");

    private static Frame hex(String text) {
        byte[] bytes = HexFormat.of().parseHex("c1" + text.replace(" ", "") + "c1");
        return Frame.of(bytes, 1, bytes.length - 2);
    }

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.toByteArray());
    }

    @Test
    void membersAreFoundInAnyOrderAndOthersSkipped() {
        envelope.scan(hex("84 a17a 920190 a6706172616d73 92 01 a161 a26964 01 a66d6574686f64 a16d"));
        assertThat(hex(envelope.value(0))).isEqualTo("a16d");
        assertThat(envelope.string(0)).isEqualTo("m");
        assertThat(envelope.isString(2)).isFalse();
        assertThatThrownBy(() -> envelope.string(2)).isInstanceOf(IllegalStateException.class);
        assertThat(hex(envelope.value(1))).isEqualTo("9201a161");
        assertThat(hex(envelope.value(2))).isEqualTo("01");
    }

    @Test
    void longKeyFormatMatchesAndLastWins() {
        envelope.scan(hex("de0003 d9026964 01 01 02 da00026964 ccff"));
        assertThat(hex(envelope.value(2))).isEqualTo("ccff");
        assertThat(envelope.has(0)).isFalse();
    }

    @Test
    void absentMemberHasNoValue() {
        envelope.scan(hex("80"));
        assertThat(envelope.has(0)).isFalse();
        assertThatThrownBy(() -> envelope.value(0)).isInstanceOf(IllegalStateException.class);
        envelope.scan(hex("81a2696401"));
        envelope.clear();
        assertThat(envelope.has(2)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c0",
                "90",
                "81",
                "81a26964",
                "81a26964a5",
                "81c101",
                "dfffffffff",
                "deffff0101",
                "81a26964ddffffffff",
                "81a26964dbffffffff",
                "81a26964d9",
                "81a2696401c0",
                "81a5",
                "81a26964c9ffffffff05",
                "81a26964dfffffffff",
                "de00",
                "81d9",
                "81dbffffffff00"
            })
    void incompleteMapIsRejected(String bytes) {
        assertThatThrownBy(() -> envelope.scan(hex(bytes))).isInstanceOf(CodecException.class);
        assertThat(envelope.has(2)).isFalse();
    }

    @Test
    void nestingAllocatesNothing() {
        envelope.scan(hex("81a26964" + "91".repeat(500_000) + "c0"));
        assertThat(envelope.value(2).length()).isEqualTo(500_001);
    }

    @Test
    void arrayIsSplitIntoElements() {
        assertThat(MsgpackEnvelope.elements(hex("93 01 9102 81a16103"), 3))
                .extracting(MsgpackEnvelopeTest::hex)
                .containsExactly("01", "9102", "81a16103");
        assertThat(MsgpackEnvelope.elements(hex("dc000101"), 3)).hasSize(1);
        assertThat(MsgpackEnvelope.isArray(hex("dd"))).isTrue();
        assertThat(MsgpackEnvelope.isMap(hex("df"))).isTrue();
        assertThat(MsgpackEnvelope.isMap(hex(""))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"94c0c0c0c0", "ddffffffff", "dc0002c0", "dc00", "91", "90c0", "80"})
    void incompleteOrTooLongArrayIsRejected(String bytes) {
        assertThatThrownBy(() -> MsgpackEnvelope.elements(hex(bytes), 3)).isInstanceOf(CodecException.class);
    }

    @Test
    void elementErrorStatesTheLimit() {
        assertThatThrownBy(() -> MsgpackEnvelope.elements(hex("ddffffffff"), 3))
                .hasMessage("an array of 4294967295 elements (expected: at most 3 elements)");
    }

    @Test
    void forEachPassesElementsUntilTheActionReturnsFalse() {
        Frame array = hex("93 01 a161 c0");
        List<Integer> lengths = new ArrayList<>();
        MsgpackEnvelope.forEach(array, element -> lengths.add(element.length()) && lengths.size() < 2);
        assertThat(lengths).containsExactly(1, 2);
        assertThatThrownBy(() -> MsgpackEnvelope.forEach(hex("9101 02"), element -> true))
                .isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> MsgpackEnvelope.forEach(hex("8101 02"), element -> true))
                .isInstanceOf(CodecException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01", "90", "9101", "81 a161 c0", "dc0001 01", "de0001 a161 01", "92 9101 81 01 90"})
    void checkAcceptsOneValueOfLimitedNesting(String bytes) {
        MsgpackEnvelope.check(hex(bytes), 3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0101",
                "c1",
                "91",
                "81 01",
                "dc00",
                "de",
                "ddffffffff01",
                "dfffffffff0101",
                "91919101",
                "91 81 01 91 01"
            })
    void checkRejectsMalformedBytesAndExcessiveNesting(String bytes) {
        assertThatThrownBy(() -> MsgpackEnvelope.check(hex(bytes), 3)).isInstanceOf(CodecException.class);
    }
}
