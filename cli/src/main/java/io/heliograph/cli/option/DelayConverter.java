package io.heliograph.cli.option;

import io.heliograph.Delay;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converter of delays: a duration, or two for a random delay between them, such as {@code 500ms..2s}. */
public final class DelayConverter implements ITypeConverter<Delay> {

    @Override
    public Delay convert(String text) {
        DurationConverter duration = new DurationConverter();
        int dots = text.indexOf("..");
        if (dots < 0) {
            return Delay.fixed(duration.convert(text));
        }
        try {
            return Delay.between(duration.convert(text.substring(0, dots)), duration.convert(text.substring(dots + 2)));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "': " + e.getMessage());
        }
    }
}
