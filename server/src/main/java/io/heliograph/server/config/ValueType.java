package io.heliograph.server.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Type of a value, read from the text of a scalar.
 *
 * @param expected description of valid values in messages, such as {@code true or false}
 * @param choices all valid values, if they are few
 * @param list whether a value is a list of such elements
 * @param reader returns null for an invalid text
 */
record ValueType<T>(
        String name, String expected, List<String> choices, boolean list, Function<String, @Nullable T> reader) {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB|kB|KB|MB|GB)?");
    private static final Map<String, Long> UNITS = Map.of(
            "B",
            1L,
            "KiB",
            1L << 10,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30,
            "kB",
            1000L,
            "KB",
            1000L,
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h|d)");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    static ValueType<String> text() {
        return new ValueType<>("text", "a text", List.of(), false, text -> text.isEmpty() ? null : text);
    }

    static ValueType<Path> file() {
        return new ValueType<>(
                "file", "the path of a file", List.of(), false, text -> text.isEmpty() ? null : Path.of(text));
    }

    static ValueType<Boolean> flag() {
        return new ValueType<>("boolean", "true or false", List.of("true", "false"), false, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    static ValueType<Integer> count(int min) {
        return count(min, Integer.MAX_VALUE);
    }

    static ValueType<Integer> count(int min, int max) {
        String expected =
                max == Integer.MAX_VALUE ? "a whole number, at least " + min : "a whole number, " + min + " to " + max;
        return new ValueType<>("number", expected, List.of(), false, text -> {
            if (!text.matches("\\d{1,10}")) {
                return null;
            }
            long value = Long.parseLong(text);
            return value < min || value > max ? null : Integer.valueOf((int) value);
        });
    }

    static ValueType<Integer> size(int min) {
        return size(min, Integer.MAX_VALUE);
    }

    static ValueType<Integer> size(int min, int max) {
        return new ValueType<>("size", sizes(min), List.of(), false, text -> {
            Long value = bytes(text);
            return value == null || value < min || value > max ? null : Integer.valueOf(value.intValue());
        });
    }

    static ValueType<Long> largeSize(long min) {
        return new ValueType<>("size", sizes(min), List.of(), false, text -> {
            Long value = bytes(text);
            return value == null || value < min ? null : value;
        });
    }

    static ValueType<Long> largeCount(long min) {
        return new ValueType<>("number", "a whole number, at least " + min, List.of(), false, text -> {
            Long value = text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
            return value == null || value < min ? null : value;
        });
    }

    /**
     * Rate with bursts.
     *
     * @param each number per second
     * @param burst number at once
     */
    record Rate(int each, int burst) {}

    static ValueType<Rate> rate() {
        return rate("a rate and a burst such as 2000/20000, at least 1/1", count(1));
    }

    static ValueType<Rate> byteRate() {
        return rate("a rate and a burst such as 8MiB/32MiB, at least 1B/1B", size(1));
    }

    private static ValueType<Rate> rate(String expected, ValueType<Integer> part) {
        return new ValueType<>("rate", expected, List.of(), false, text -> {
            String[] parts = text.split("/", -1);
            Integer each = part.read(parts[0]);
            Integer burst = parts.length == 2 ? part.read(parts[1]) : null;
            return each == null || burst == null ? null : new Rate(each, burst);
        });
    }

    static ValueType<Set<PosixFilePermission>> mode() {
        return new ValueType<>("file mode", "a mode such as rw-rw----", List.of(), false, text -> {
            return text.matches("([r-][w-][x-]){3}") ? PosixFilePermissions.fromString(text) : null;
        });
    }

    private static String sizes(long min) {
        return "a size such as 1MiB, at least " + (min >= 1024 ? min / 1024 + "KiB" : min + "B");
    }

    private static @Nullable Long bytes(String text) {
        Matcher form = SIZE.matcher(text);
        if (!form.matches()) {
            return null;
        }
        String unit = form.group(2);
        return Long.parseLong(form.group(1)) * UNITS.getOrDefault(unit == null ? "B" : unit, 1L);
    }

    static ValueType<Duration> duration(Duration min) {
        String least = min.isZero() ? "" : ", at least " + min.toMillis() + "ms";
        return new ValueType<>(
                "duration", "a duration such as 500ms, 10s, 5m or 1h" + least, List.of(), false, text -> {
                    Matcher form = DURATION.matcher(text);
                    if (!form.matches()) {
                        return null;
                    }
                    Duration value = Duration.ofMillis(new BigDecimal(form.group(1))
                            .multiply(BigDecimal.valueOf(MILLIS.getOrDefault(form.group(2), 1L)))
                            .longValue());
                    return value.compareTo(min) < 0 ? null : value;
                });
    }

    /** A duration of at least one millisecond. */
    static ValueType<Duration> positiveDuration() {
        return duration(Duration.ofMillis(1));
    }

    /** Returns a type whose values are the names of constants in kebab case. */
    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        Map<String, E> names = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(
                        value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        value -> value,
                        (a, b) -> a,
                        LinkedHashMap::new));
        return choice(names);
    }

    /** Returns a type with named values, in order. */
    static <T> ValueType<T> choice(Map<String, T> values) {
        List<String> names = List.copyOf(values.keySet());
        return new ValueType<>("choice", or(names), names, false, values::get);
    }

    /** Returns a type of texts. */
    static ValueType<String> oneOf(String... texts) {
        List<String> names = List.of(texts);
        return new ValueType<>("choice", or(names), names, false, text -> names.contains(text) ? text : null);
    }

    private static String or(List<String> names) {
        return names.size() == 1
                ? names.getFirst()
                : String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
    }

    /** Returns the type of a list of such elements. */
    ValueType<T> listed() {
        return new ValueType<>(name, expected, choices, true, reader);
    }

    /** Returns the value of a text, or null if the text is invalid. */
    @Nullable
    T read(String text) {
        return reader.apply(text);
    }
}
