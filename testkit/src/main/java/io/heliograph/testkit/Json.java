package io.heliograph.testkit;

import io.heliograph.frame.Frame;

/** JSON in tests, with {@code '} in place of {@code "}, which Java strings need not escape. */
public final class Json {

    private Json() {}

    /** Returns {@code {"a":1}} for {@code {'a':1}}. */
    public static String of(String text) {
        return text.replace('\'', '"');
    }

    /** Returns a text frame. */
    public static Frame frame(String text) {
        return Frame.utf8(of(text)).asText();
    }

    /** Returns {@code {'a':1}} for {@code {"a":1}}. */
    public static String show(String json) {
        return json.replace('"', '\'');
    }

    public static String show(Frame frame) {
        return show(frame.utf8());
    }
}
