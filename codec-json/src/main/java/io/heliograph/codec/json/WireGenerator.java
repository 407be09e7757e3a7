package io.heliograph.codec.json;

import java.io.OutputStream;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.UTF8JsonGenerator;

/**
 * Generator that writes numbers as JavaScript does: NaN and infinities as null, negative zero as zero, and no exponent where
 * JavaScript writes none.
 */
final class WireGenerator extends UTF8JsonGenerator {

    // Java writes an exponent outside of 1e-3 to 1e7, JavaScript outside of 1e-6 to 1e21.
    private static final double MIN_PLAIN = 1e-6;
    private static final double MIN_PLAIN_IN_JAVA = 1e-3;
    private static final double MAX_PLAIN_IN_JAVA = 1e7;
    private static final double MAX_PLAIN = 1e21;

    /** Maximum number of digits of a decimal without an exponent. Every reader of this codec accepts as many. */
    private static final int MAX_DIGITS = 1000;

    WireGenerator(
            ObjectWriteContext context,
            IOContext io,
            int streamWriteFeatures,
            int formatWriteFeatures,
            OutputStream target) {
        super(
                context,
                io,
                streamWriteFeatures,
                formatWriteFeatures,
                target,
                null,
                null,
                null,
                0,
                JsonFactory.DEFAULT_QUOTE_CHAR);
    }

    @Override
    public JsonGenerator writeNumber(double value) {
        if (!Double.isFinite(value)) {
            return writeNull();
        }
        return hasAvoidableExponent(Math.abs(value))
                ? writeNumber(plain(Double.toString(value)))
                : super.writeNumber(value + 0.0);
    }

    @Override
    public JsonGenerator writeNumber(float value) {
        if (!Float.isFinite(value)) {
            return writeNull();
        }
        return hasAvoidableExponent(Math.abs(value))
                ? writeNumber(plain(Float.toString(value)))
                : super.writeNumber(value + 0.0f);
    }

    @Override
    public JsonGenerator writeNumber(@Nullable BigDecimal value) {
        if (value == null) {
            return writeNull();
        }
        long digits = Math.max(value.precision(), Math.max(value.scale(), (long) value.precision() - value.scale()));
        return digits <= MAX_DIGITS ? writeNumber(value.toPlainString()) : super.writeNumber(value);
    }

    private static boolean hasAvoidableExponent(double magnitude) {
        return magnitude >= MIN_PLAIN
                && magnitude < MAX_PLAIN
                && (magnitude < MIN_PLAIN_IN_JAVA || magnitude >= MAX_PLAIN_IN_JAVA);
    }

    /** Returns the digits of a {@code double} or {@code float} without an exponent, such as {@code 10000000.0}. */
    private static String plain(String number) {
        String digits = new BigDecimal(number).stripTrailingZeros().toPlainString();
        return digits.indexOf('.') < 0 ? digits + ".0" : digits;
    }
}
