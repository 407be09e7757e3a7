package io.heliograph.cli.option;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converter of sizes such as {@code 4096}, {@code 64KiB} or {@code 10MB}; maximum 1 GiB. */
public final class SizeConverter implements ITypeConverter<Integer> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,10})(b|kb|kib|k|mb|mib|m|gib)?");
    private static final long LARGEST = 1L << 30;

    @Override
    public Integer convert(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        long size = form.matches() ? Long.parseLong(form.group(1)) * unit(form.group(2)) : 0;
        if (size < 1 || size > LARGEST) {
            throw new TypeConversionException(
                    "'" + text + "' (expected: a size such as 4096, 64KiB or 10MB, up to 1GiB)");
        }
        return (int) size;
    }

    private static long unit(String name) {
        return switch (name == null ? "b" : name) {
            case "kb" -> 1000;
            case "k", "kib" -> 1L << 10;
            case "mb" -> 1_000_000;
            case "m", "mib" -> 1L << 20;
            case "gib" -> 1L << 30;
            default -> 1;
        };
    }
}
