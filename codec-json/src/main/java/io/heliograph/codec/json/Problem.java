package io.heliograph.codec.json;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.exc.InvalidFormatException;

/** Formats the cause of a failed read or write in one line that shows at most one character or number of the content. */
final class Problem {

    private static final int MAX_LENGTH = 200;
    private static final int MAX_PATH_LENGTH = 120;

    /** The parts of Jackson's messages that are removed: descriptions of the source and of Jackson's settings. */
    private static final Pattern ASIDE =
            Pattern.compile("\\s*(\\(set `|\\(for |\\(start marker |\\R| at \\[).*", Pattern.DOTALL);

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private Problem() {}

    /** Formats a problem, such as {@code " at byte 12, in items[2].price: not an int"}. */
    static String describe(Throwable problem) {
        if (problem instanceof StackOverflowError) {
            return ": nested too deeply";
        }
        if (!(problem instanceof JacksonException jackson)) {
            return ": " + shortened(problem.getClass().getSimpleName() + ": " + problem.getMessage(), MAX_LENGTH);
        }
        return offset(jackson) + path(jackson) + ": " + message(jackson);
    }

    private static String message(JacksonException problem) {
        if (problem instanceof InvalidFormatException format) {
            // The message of this exception shows the value.
            Object value = format.getValue();
            return "not a valid "
                    + format.getTargetType().getTypeName()
                    + (value == null ? "" : " (a " + value.getClass().getSimpleName() + ")");
        }
        return shortened(
                ASIDE.matcher(String.valueOf(problem.getOriginalMessage())).replaceFirst(""), MAX_LENGTH);
    }

    private static String offset(JacksonException problem) {
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
        return path.isEmpty() ? "" : ", in " + shortened(path.toString(), MAX_PATH_LENGTH);
    }

    private static String shortened(String message, int maxLength) {
        String line = CONTROL.matcher(message).replaceAll("?");
        return line.length() <= maxLength ? line : line.substring(0, maxLength) + "…";
    }
}
