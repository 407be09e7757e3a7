package io.heliograph.codec.json;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.exc.InvalidFormatException;

/** What went wrong, in one line, and of the content no more than a character or a number. */
final class Problem {

    private static final int LONGEST = 200;
    private static final int LONGEST_PATH = 120;

    /** Where Jackson goes on to speak of sources or of its own settings, which are not the reader's. */
    private static final Pattern ASIDE =
            Pattern.compile("\\s*(\\(set `|\\(for |\\(start marker |\\R| at \\[).*", Pattern.DOTALL);

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private Problem() {}

    /** As {@code " at byte 12, in items[2].price: not an int"}. */
    static String of(Throwable problem) {
        if (problem instanceof StackOverflowError) {
            return ": nested too deeply";
        }
        if (!(problem instanceof JacksonException jackson)) {
            return ": " + shortened(problem.getClass().getSimpleName() + ": " + problem.getMessage(), LONGEST);
        }
        return place(jackson) + path(jackson) + ": " + text(jackson);
    }

    private static String text(JacksonException problem) {
        if (problem instanceof InvalidFormatException format) {
            // Its message shows the value.
            Object value = format.getValue();
            return "not a valid "
                    + format.getTargetType().getTypeName()
                    + (value == null ? "" : " (a " + value.getClass().getSimpleName() + ")");
        }
        return shortened(
                ASIDE.matcher(String.valueOf(problem.getOriginalMessage())).replaceFirst(""), LONGEST);
    }

    private static String place(JacksonException problem) {
        @Nullable TokenStreamLocation location = problem.getLocation();
        return location == null || location.getByteOffset() < 0 ? "" : " at byte " + location.getByteOffset();
    }

    private static String path(JacksonException problem) {
        StringBuilder path = new StringBuilder();
        for (Reference reference : problem.getPath()) {
            String name = reference.getPropertyName();
            if (name == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(name);
            }
        }
        return path.isEmpty() ? "" : ", in " + shortened(path.toString(), LONGEST_PATH);
    }

    private static String shortened(String text, int longest) {
        String line = CONTROL.matcher(text).replaceAll("?");
        return line.length() <= longest ? line : line.substring(0, longest) + "…";
    }
}
