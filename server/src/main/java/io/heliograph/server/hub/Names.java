package io.heliograph.server.hub;

import io.heliograph.internal.Printable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Rule for the names of channels and procedures. */
final class Names {

    private static final int MAX_BYTES = 1024;

    private Names() {}

    /** Returns the error message for an invalid name, or null. */
    static @Nullable String problem(String what, String name) {
        if (name.isEmpty()) {
            return what + ": '' (expected: at least one character)";
        }
        char first = name.charAt(0);
        if (first == '#' || first < ' ' || first == 0x7f) {
            return what + ": '" + Printable.of(name, 100)
                    + "' (expected: a name that does not begin with # or a control character)";
        }
        if (name.length() > MAX_BYTES / 3 && name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return what + ": '" + Printable.of(name, 100) + "' (expected: at most " + MAX_BYTES + " bytes)";
        }
        return null;
    }

    static String check(String what, String name) {
        String problem = problem(what, name);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return name;
    }
}
