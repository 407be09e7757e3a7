package io.heliograph.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a\\b", "Grüße, 世界", "👩‍🚀", "x = \"y\"", "fa\u200cir"})
    void printableTextIsReturnedAsItIs(String text) {
        assertThat(Printable.of(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "000a, \\n",
        "000d, \\r",
        "0009, \\t",
        "0000, \\u0000",
        "001b, \\u001b",
        "007f, \\u007f",
        "0085, \\u0085",
        "009b, \\u009b",
        "00ad, \\u00ad",
        "061c, \\u061c",
        "200b, \\u200b",
        "200e, \\u200e",
        "2028, \\u2028",
        "2029, \\u2029",
        "202e, \\u202e",
        "2066, \\u2066",
        "feff, \\ufeff",
        "d800, \\ud800",
        "dc00, \\udc00",
        "e0041, \\udb40\\udc41"
    })
    void invisibleCharactersAreEscaped(String code, String escaped) {
        String text = "a" + Character.toString(Integer.parseInt(code, 16)) + "b";
        assertThat(Printable.of(text)).isEqualTo("a" + escaped + "b");
        assertThat(Printable.of(Printable.of(text))).isEqualTo("a" + escaped + "b");
    }

    @ParameterizedTest
    @CsvSource({"abc, 3, abc", "abcd, 3, ab…", "abcd, 1, …", "a\u001bb, 8, a\\u001bb", "a\u001bb, 7, a…", "a👍b, 3, a…"
    })
    void longTextIsCutBetweenCharacters(String text, int maxChars, String cut) {
        assertThat(Printable.of(text, maxChars)).isEqualTo(cut);
    }

    @Test
    void missingTextIsTheWordNull() {
        assertThat(Printable.of(null)).isEqualTo("null");
    }

    @Test
    void lengthMustBePositive() {
        assertThatThrownBy(() -> Printable.of("a", 0)).hasMessageContaining("maxChars: 0 (expected: > 0)");
    }
}
