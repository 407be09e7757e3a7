package io.heliograph.scan;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** MessagePack. */
final class MsgpackValues extends ValueFormat {

    static final ValueFormat INSTANCE = new MsgpackValues();

    private static int first(Frame value) {
        return value.length() == 0 ? 0xc1 : value.at(0) & 0xff;
    }

    @Override
    public boolean isArray(Frame value) {
        return MsgpackEnvelope.isArray(value);
    }

    @Override
    public boolean isObject(Frame value) {
        return MsgpackEnvelope.isMap(value);
    }

    @Override
    public boolean isString(Frame value) {
        int first = first(value);
        return (first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb);
    }

    @Override
    public boolean isNull(Frame value) {
        return first(value) == 0xc0;
    }

    @Override
    public List<Frame> elements(Frame array, int max) {
        return MsgpackEnvelope.elements(array, max);
    }

    @Override
    public @Nullable Frame[] members(Frame object, String... names) {
        MsgpackEnvelope envelope = new MsgpackEnvelope(names);
        envelope.scan(object);
        @Nullable Frame[] members = new @Nullable Frame[names.length];
        for (int i = 0; i < members.length; i++) {
            members[i] = envelope.has(i) ? envelope.value(i) : null;
        }
        return members;
    }

    @Override
    public @Nullable Object scalar(Frame value, Class<?> type) {
        return MsgpackScalars.read(value, type);
    }

    @Override
    public void array(List<Frame> elements, FrameBuilder target) {
        head(elements.size(), 0x90, 0xdc, target);
        elements.forEach(target::write);
    }

    @Override
    public void object(List<Frame> names, List<Frame> values, FrameBuilder target) {
        int size = Math.min(names.size(), values.size());
        head(size, 0x80, 0xde, target);
        for (int i = 0; i < size; i++) {
            target.write(names.get(i));
            target.write(values.get(i));
        }
    }

    private static void head(int size, int fix, int wide, FrameBuilder target) {
        if (size < 16) {
            target.write(fix | size);
        } else {
            boolean shorter = size <= 0xffff;
            target.write(shorter ? wide : wide + 1);
            for (int shift = shorter ? 8 : 24; shift >= 0; shift -= 8) {
                target.write(size >>> shift);
            }
        }
    }
}
