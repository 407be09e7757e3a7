package io.heliograph.codec.json;

import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.UTF8StreamJsonParser;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Reads an integer of which nobody said what it is to be as a {@code Long} where it fits, whatever its size. Jackson has a
 * setting for that, with which it refuses those that do not fit.
 */
final class WireParser extends UTF8StreamJsonParser {

    WireParser(
            ObjectReadContext context,
            IOContext io,
            int streamReadFeatures,
            int formatReadFeatures,
            ByteQuadsCanonicalizer names,
            byte[] data,
            int start,
            int end) {
        super(
                context,
                io,
                streamReadFeatures,
                formatReadFeatures,
                null,
                names,
                data,
                start,
                end,
                0,
                false);
    }

    @Override
    public Number getNumberValue() {
        Number value = super.getNumberValue();
        return value instanceof Integer ? Long.valueOf(value.longValue()) : value;
    }
}
