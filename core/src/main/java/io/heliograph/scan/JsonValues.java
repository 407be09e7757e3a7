package io.heliograph.scan;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON. */
final class JsonValues extends ValueFormat {

    static final ValueFormat INSTANCE = new JsonValues();

    /** Messages are validated with their limit of nesting before their values are read. */
    private static final int ANY_DEPTH = Integer.MAX_VALUE;

    /** Returns the first byte after white space, or 0 if the document is blank. */
    private static byte first(Frame json) {
        for (int i = 0; i < json.length(); i++) {
            byte next = json.at(i);
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
        }
        return 0;
    }

    @Override
    public boolean isArray(Frame value) {
        return first(value) == '[';
    }

    @Override
    public boolean isObject(Frame value) {
        return first(value) == '{';
    }

    @Override
    public boolean isString(Frame value) {
        return first(value) == '"';
    }

    @Override
    public boolean isNull(Frame value) {
        return first(value) == 'n';
    }

    @Override
    public List<Frame> elements(Frame array, int max) {
        return JsonElements.of(array, ANY_DEPTH, max);
    }

    @Override
    public @Nullable Frame[] members(Frame object, String... names) {
        JsonEnvelope envelope = new JsonEnvelope(ANY_DEPTH, names);
        envelope.scan(object);
        @Nullable Frame[] members = new @Nullable Frame[names.length];
        for (int i = 0; i < members.length; i++) {
            members[i] = envelope.has(i) ? envelope.value(i) : null;
        }
        return members;
    }

    @Override
    public @Nullable Object scalar(Frame value, Class<?> type) {
        return JsonScalars.read(value, type);
    }

    @Override
    public void array(List<Frame> elements, FrameBuilder target) {
        char separator = '[';
        for (Frame element : elements) {
            target.write(separator);
            target.write(element);
            separator = ',';
        }
        target.writeAscii(elements.isEmpty() ? "[]" : "]");
    }

    @Override
    public void object(List<Frame> names, List<Frame> values, FrameBuilder target) {
        target.write('{');
        for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
            if (i > 0) {
                target.write(',');
            }
            target.write(names.get(i));
            target.write(':');
            target.write(values.get(i));
        }
        target.write('}');
    }
}
