package io.heliograph.codec.json;

import io.heliograph.frame.FrameBuilder;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * A generator that writes one value after another, each somewhere else: to make one, with its buffers and contexts, takes as
 * long as to write a short message.
 */
final class KeptGenerator extends OutputStream {

    private final JsonGenerator generator;
    private @Nullable FrameBuilder target;

    KeptGenerator(JsonMapper mapper) {
        generator = mapper.createGenerator(this);
    }

    /** Appends {@code value}. If it throws, the generator is in the middle of it and cannot be used again. */
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
            throw new IllegalStateException("written to outside of write()");
        }
        return to;
    }
}
