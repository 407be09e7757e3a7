package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class JsonTextTest {

    @Test
    void quotesWhatJsonAndTerminalsMustNotSee() {
        assertThat(JsonText.quote("plain, wörld 😀")).isEqualTo("\"plain, wörld 😀\"");
        assertThat(JsonText.quote("a\"b\\c\nd\re\tf")).isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\"");
        assertThat(JsonText.quote("\0\u001b\u007f\u009b\u2028\u202e"))
                .isEqualTo("\"\\u0000\\u001b\\u007f\\u009b\\u2028\\u202e\"");
        assertThat(JsonText.quote("\ud800x\udc00")).isEqualTo("\"\\ud800x\\udc00\"");
    }

    @Test
    void putsAValueOnOneLineAndLeavesTheRestAsItIs() {
        assertThat(JsonText.oneLine("{\"a\": 1.50, \"b\":\t1e400}")).isEqualTo("{\"a\": 1.50, \"b\":\t1e400}");
        assertThat(JsonText.oneLine("{\r\n \"a\":\n1}")).isEqualTo("{ \"a\":1}");
        assertThat(JsonText.oneLine("\"\u009b31m😀\u2028\"")).isEqualTo("\"\\u009b31m😀\\u2028\"");
    }

    @Test
    void cutsMembersOutAsTheyStand() {
        assertThat(JsonText.members(
                        " { \"a\" : 12345678901234567890.10 , \"b\":{\"x\":[1,\"]}\\\"\"]}, \"c\":\"}\",\"d\":null} "))
                .containsExactly(
                        entry("a", "12345678901234567890.10"),
                        entry("b", "{\"x\":[1,\"]}\\\"\"]}"),
                        entry("c", "\"}\""),
                        entry("d", "null"));
        assertThat(JsonText.members("{}")).isEmpty();
        assertThat(JsonText.members("{\"\\u0061\\\"\":1,\"a\\\"\":2}")).containsExactly(entry("a\"", "2"));
    }
}
