package io.heliograph.codec.json;

import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.UTF8JsonGenerator;

/** Generator that writes numbers as JavaScript does: NaN and infinities as null, and negative zero as zero. */
final class WireGenerator extends UTF8JsonGenerator {

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
        return Double.isFinite(value) ? super.writeNumber(value + 0.0) : writeNull();
    }

    @Override
    public JsonGenerator writeNumber(float value) {
        return Float.isFinite(value) ? super.writeNumber(value + 0.0f) : writeNull();
    }
}
