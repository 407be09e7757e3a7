package io.heliograph.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Value in Java and in JSON.
 *
 * @param value value in Java, as the codec decodes it to {@code Object}
 * @param json value as {@code JSON.stringify} writes it
 */
record Sample(@Nullable Object value, String json) {

    /** Returns values of each JSON kind, and known edge cases. */
    static List<Sample> all() {
        return List.of(
                new Sample(null, "null"),
                new Sample(true, "true"),
                new Sample(false, "false"),
                new Sample(0L, "0"),
                new Sample(-1L, "-1"),
                new Sample(9007199254740991L, "9007199254740991"),
                new Sample(1.5, "1.5"),
                new Sample(-2.5e-7, "-2.5e-7"),
                new Sample(1e21, "1e+21"),
                new Sample("", "\"\""),
                new Sample("world", "\"world\""),
                new Sample("w\u00f6rld\ud83d\ude00", "\"w\u00f6rld\ud83d\ude00\""),
                new Sample("a\u0000\u0000b", "\"a\\u0000\\u0000b\""),
                new Sample("\u0000\u0000", "\"\\u0000\\u0000\""),
                new Sample("\ud800", "\"\\ud800\""),
                new Sample("\"\\/\b\f\n\r\t\u001f\u007f", "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\u007f\""),
                new Sample("\u2028\ufeff\uffff", "\"\u2028\ufeff\uffff\""),
                new Sample(List.of(), "[]"),
                new Sample(Map.of(), "{}"),
                new Sample(new ArrayList<>(Arrays.asList(1L, "a", null, List.of(true))), "[1,\"a\",null,[true]]"),
                new Sample(
                        ordered("topic", "inner", "message", ordered("\u00f6", List.of(Map.of()))),
                        "{\"topic\":\"inner\",\"message\":{\"\u00f6\":[{}]}}"));
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> map = ordered(first, one);
        map.put(second, two);
        return map;
    }

    private static Map<String, Object> ordered(String name, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(name, value);
        return map;
    }
}
