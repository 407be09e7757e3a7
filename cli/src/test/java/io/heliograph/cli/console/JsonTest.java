package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void controlCharactersAreEscaped() {
        assertThat(Json.quote("plain, wörld 😀")).isEqualTo("\"plain, wörld 😀\"");
        assertThat(Json.quote("a\"b\\c\nd\re\tf")).isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\"");
        assertThat(Json.quote("\0\u001b\u007f\u009b\u2028\u202e\u2066\u2069"))
                .isEqualTo("\"\\u0000\\u001b\\u007f\\u009b\\u2028\\u202e\\u2066\\u2069\"");
        assertThat(Json.quote("\ud800x\udc00")).isEqualTo("\"\\ud800x\\udc00\"");
    }

    @Test
    void valueIsPrintedOnOneLineUnchanged() {
        assertThat(Json.oneLine("{\"a\": 1.50, \"b\":\t1e400}")).isEqualTo("{\"a\": 1.50, \"b\":\t1e400}");
        assertThat(Json.oneLine("{\r\n \"a\":\n1}")).isEqualTo("{ \"a\":1}");
        assertThat(Json.oneLine("\"\u009b31m😀\u2028\"")).isEqualTo("\"\\u009b31m😀\\u2028\"");
    }

    @Test
    void elementsAreExtractedUnchanged() {
        assertThat(Json.elements(" [ 1.50 , {\"a\":[1,2]},\"],[\" , [] ,null] "))
                .containsExactly("1.50", "{\"a\":[1,2]}", "\"],[\"", "[]", "null");
        assertThat(Json.elements("[ ]")).isEmpty();
    }

    @Test
    void membersAreExtractedUnchanged() {
        assertThat(Json.members(
                        " { \"a\" : 12345678901234567890.10 , \"b\":{\"x\":[1,\"]}\\\"\"]}, \"c\":\"}\",\"d\":null} "))
                .containsExactly(
                        entry("a", "12345678901234567890.10"),
                        entry("b", "{\"x\":[1,\"]}\\\"\"]}"),
                        entry("c", "\"}\""),
                        entry("d", "null"));
        assertThat(Json.members("{}")).isEmpty();
        assertThat(Json.members("{\"\\u0061\\\"\":1,\"a\\\"\":2}")).containsExactly(entry("a\"", "2"));
    }
}
