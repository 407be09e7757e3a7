package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads parameters, or those of an event, as one type: by name as they are, by position into the components of a record, and one
 * alone also without the array around it.
 */
final class Parameters {

    private enum Shape {
        PAYLOAD,
        RECORD,

        /** What an array becomes as it is. */
        ARRAY,
        OTHER
    }

    private static final int MAX_ELEMENTS = 1 << 16;

    private final Type type;
    private final Shape shape;
    private final List<String> components;
    private final @Nullable PlainRecord plain;
    private volatile @Nullable List<Frame> jsonNames;
    private volatile @Nullable List<Frame> msgpackNames;

    private Parameters(Type type, Shape shape, List<String> components, @Nullable PlainRecord plain) {
        this.type = type;
        this.shape = shape;
        this.components = components;
        this.plain = plain;
    }

    static Parameters of(Type type) {
        Class<?> raw = type instanceof Class<?> plain
                ? plain
                : type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> plain
                        ? plain
                        : Object.class;
        if (raw == Payload.class) {
            return new Parameters(type, Shape.PAYLOAD, List.of(), null);
        }
        if (raw.isRecord()) {
            return new Parameters(
                    type,
                    Shape.RECORD,
                    Arrays.stream(raw.getRecordComponents())
                            .map(RecordComponent::getName)
                            .toList(),
                    PlainRecord.of(raw));
        }
        boolean array = raw == Object.class
                || (raw.isArray() && raw != byte[].class)
                || Iterable.class.isAssignableFrom(raw)
                || Collection.class.isAssignableFrom(raw);
        return new Parameters(type, array ? Shape.ARRAY : Shape.OTHER, List.of(), null);
    }

    /**
     * The value of parameters.
     *
     * @param params null where there are none
     * @throws CodecException if they are no such value
     */
    @Nullable
    Object read(Dialect dialect, @Nullable Frame params) {
        if (shape == Shape.PAYLOAD) {
            return params == null ? Payload.absent(dialect.codec) : Payload.of(dialect.codec, params);
        }
        if (params == null) {
            return null;
        }
        if (dialect.isArray(params) && shape != Shape.ARRAY) {
            List<Frame> elements = dialect.elements(params, MAX_ELEMENTS);
            if (elements.size() == 1 && isWhole(dialect, elements.get(0))) {
                return dialect.decode(elements.get(0), type);
            }
            if (shape == Shape.RECORD) {
                return record(dialect, elements);
            }
        }
        return dialect.decode(params, type);
    }

    /** A record of its components by position. */
    private @Nullable Object record(Dialect dialect, List<Frame> elements) {
        Object made = plain == null ? null : plain.of(dialect, elements);
        return made == null ? dialect.codec.decode(dialect.object(names(dialect), elements), type) : made;
    }

    /** The names of the components, encoded; the same work twice at worst. */
    private List<Frame> names(Dialect dialect) {
        boolean json = dialect instanceof JsonDialect;
        List<Frame> known = json ? jsonNames : msgpackNames;
        if (known == null) {
            known = components.stream().map(dialect::encode).toList();
            if (json) {
                jsonNames = known;
            } else {
                msgpackNames = known;
            }
        }
        return known;
    }

    /** Whether the only element is the value itself, and not its first component. */
    private boolean isWhole(Dialect dialect, Frame element) {
        return shape != Shape.RECORD || (components.size() != 1 && dialect.isObject(element));
    }

    /**
     * The value of what an event carries: as parameters, but an event without any has no value, and one list alone is that list.
     *
     * @throws CodecException if it is no such value
     */
    @Nullable
    Object readEvent(Dialect dialect, @Nullable Frame params) {
        if (params == null || shape == Shape.PAYLOAD) {
            return read(dialect, params);
        }
        if (shape == Shape.ARRAY && dialect.isArray(params)) {
            List<Frame> elements = dialect.elements(params, MAX_ELEMENTS);
            boolean listAlone = elements.size() == 1 && dialect.isArray(elements.get(0));
            return dialect.codec.decode(listAlone ? elements.get(0) : params, type);
        }
        if (dialect.isArray(params) && dialect.elements(params, MAX_ELEMENTS).isEmpty()) {
            return null;
        }
        return read(dialect, params);
    }

    /** Parameters as several arguments, as a method of an interface has them. */
    static final class Several {

        private final String[] names;
        private final Type[] types;

        Several(List<String> names, List<Type> types) {
            this.names = names.toArray(String[]::new);
            this.types = types.toArray(Type[]::new);
        }

        /**
         * The arguments; those that are missing are null.
         *
         * @throws CodecException if one is of another type
         */
        @Nullable
        Object[] read(Dialect dialect, @Nullable Frame params) {
            @Nullable Object[] arguments = new @Nullable Object[types.length];
            if (params == null || dialect.isNull(params)) {
                return arguments;
            }
            if (dialect.isArray(params)) {
                List<Frame> elements = dialect.elements(params, MAX_ELEMENTS);
                for (int i = 0; i < Math.min(types.length, elements.size()); i++) {
                    arguments[i] = dialect.decode(elements.get(i), types[i]);
                }
                return arguments;
            }
            if (dialect.isObject(params)) {
                Members members = dialect.members(names);
                members.scan(params);
                boolean any = false;
                for (int i = 0; i < types.length; i++) {
                    if (members.has(i)) {
                        any = true;
                        arguments[i] = dialect.decode(members.value(i), types[i]);
                    }
                }
                if (any || types.length != 1) {
                    return arguments;
                }
            }
            if (types.length != 1) {
                throw new CodecException("one value (expected: " + types.length + " parameters)", null);
            }
            arguments[0] = dialect.decode(params, types[0]);
            return arguments;
        }
    }
}
