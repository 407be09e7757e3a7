package io.heliograph.codec.json;

import io.heliograph.frame.FrameBuilder;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reusable generator that writes values to changing targets. The creation of a generator, with its buffers and contexts, takes as long as
 * the writing of a short message.
 */
final class ReusableGenerator extends OutputStream {

    private final JsonGenerator generator;
    private @Nullable FrameBuilder target;

    ReusableGenerator(JsonMapper mapper) {
        generator = mapper.createGenerator(this);
    }

    /** Appends a value. After an exception the generator cannot be used again. */
    void write(ObjectWriter writer, @Nullable Object value, FrameBuilder to) {
        target = to;
        writer.writeValue(generator, value);
        generator.flush();
        target = null;
    }

    @Override
    public void write(int value) {
        target().write(value);
    }

    @Override
    public void write(byte[] source, int from, int length) {
        target().write(source, from, length);
    }

    private FrameBuilder target() {
        FrameBuilder to = target;
        if (to == null) {
            throw new IllegalStateException("the generator has no target (expected: a call of write())");
        }
        return to;
    }
}
