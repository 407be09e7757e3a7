package io.heliograph.scan;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the arguments of a call, in the same way for all protocols. Named arguments are decoded as they are, positional arguments
 * into the components of a record, and a single positional argument also without its array. Missing arguments are null, zero or
 * false, surplus arguments are ignored. Thread-safe.
 */
public final class ArgumentBinder {

    private enum Shape {
        PAYLOAD,
        RECORD,

        /** Decoded from a whole array. */
        ARRAY,
        OTHER
    }

    private static final int MAX_ELEMENTS = 1 << 16;

    private final Type type;
    private final Shape shape;
    private final List<String> components;
    private final @Nullable ScalarRecord scalarRecord;
    private volatile @Nullable List<Frame> jsonNames;
    private volatile @Nullable List<Frame> msgpackNames;

    private ArgumentBinder(Type type, Shape shape, List<String> components, @Nullable ScalarRecord scalarRecord) {
        this.type = type;
        this.shape = shape;
        this.components = components;
        this.scalarRecord = scalarRecord;
    }

    /** Returns a binder that decodes the arguments as one value. {@link Payload} accepts all arguments. */
    public static ArgumentBinder of(Type type) {
        Class<?> raw = raw(type);
        if (raw == Payload.class) {
            return new ArgumentBinder(type, Shape.PAYLOAD, List.of(), null);
        }
        if (raw.isRecord()) {
            return new ArgumentBinder(
                    type,
                    Shape.RECORD,
                    Arrays.stream(raw.getRecordComponents())
                            .map(RecordComponent::getName)
                            .toList(),
                    ScalarRecord.of(raw));
        }
        boolean array =
                raw == Object.class || (raw.isArray() && raw != byte[].class) || Iterable.class.isAssignableFrom(raw);
        return new ArgumentBinder(type, array ? Shape.ARRAY : Shape.OTHER, List.of(), null);
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> simple) {
            return simple;
        }
        return type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> simple
                ? simple
                : Object.class;
    }

    /**
     * Decodes the arguments of a call.
     *
     * @param arguments an absent payload for a call without arguments
     * @return null for a call without arguments
     * @throws CodecException if the arguments cannot be decoded as the type, or the type is primitive and the call has no arguments
     */
    public @Nullable Object bind(Payload arguments) {
        Object value = read(arguments);
        if (value == null && type instanceof Class<?> simple && simple.isPrimitive()) {
            throw new CodecException("null (expected: " + simple.getName() + ")", null);
        }
        return value;
    }

    private @Nullable Object read(Payload arguments) {
        if (shape == Shape.PAYLOAD) {
            return arguments;
        }
        if (!arguments.isPresent()) {
            return null;
        }
        Codec codec = arguments.codec();
        ValueFormat format = ValueFormat.of(codec);
        if (format == null) {
            return convert(codec, arguments.value());
        }
        Frame bytes = arguments.frame();
        if (shape != Shape.ARRAY && format.isArray(bytes)) {
            List<Frame> elements = format.elements(bytes, MAX_ELEMENTS);
            if (elements.size() == 1 && isWholeValue(format.isObject(elements.get(0)))) {
                return format.decode(codec, elements.get(0), type);
            }
            if (shape == Shape.RECORD) {
                return record(codec, format, elements);
            }
        }
        return format.decode(codec, bytes, type);
    }

    /** Returns whether the only element is the value itself rather than its first component. */
    private boolean isWholeValue(boolean object) {
        return shape != Shape.RECORD || (components.size() != 1 && object);
    }

    /** Decodes a record from its components by position. */
    private @Nullable Object record(Codec codec, ValueFormat format, List<Frame> elements) {
        Object created = scalarRecord == null ? null : scalarRecord.create(format, elements);
        if (created != null) {
            return created;
        }
        FrameBuilder object = new FrameBuilder(Integer.MAX_VALUE - 8);
        format.object(names(codec, format), elements, object);
        return codec.decode(object.build(), type);
    }

    /** Returns the encoded names of the components. A race encodes them twice, with the same result. */
    private List<Frame> names(Codec codec, ValueFormat format) {
        boolean json = format.equals(ValueFormat.json());
        List<Frame> known = json ? jsonNames : msgpackNames;
        if (known == null) {
            List<Frame> encoded = new ArrayList<>();
            for (String component : components) {
                FrameBuilder name = new FrameBuilder(Integer.MAX_VALUE - 8);
                codec.encode(component, name);
                encoded.add(name.build());
            }
            known = List.copyOf(encoded);
            if (json) {
                jsonNames = known;
            } else {
                msgpackNames = known;
            }
        }
        return known;
    }

    /** Converts a decoded value of another format. */
    private @Nullable Object convert(Codec codec, @Nullable Object value) {
        if (shape == Shape.ARRAY || !(value instanceof List<?> elements)) {
            return codec.convert(value, type);
        }
        if (elements.size() == 1 && isWholeValue(elements.get(0) instanceof Map)) {
            return codec.convert(elements.get(0), type);
        }
        if (shape != Shape.RECORD) {
            return codec.convert(value, type);
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(components.size(), elements.size()); i++) {
            named.put(components.get(i), elements.get(i));
        }
        return codec.convert(named, type);
    }

    /**
     * Decodes the arguments of an event. Differs from {@link #bind} in three cases: an empty array is null, an array whose only
     * element is an array is that element, and null is accepted for a primitive type.
     *
     * @throws CodecException if the arguments cannot be decoded as the type
     */
    public @Nullable Object bindEvent(Payload arguments) {
        ValueFormat format = ValueFormat.of(arguments.codec());
        if (!arguments.isPresent() || shape == Shape.PAYLOAD || format == null || !format.isArray(arguments.frame())) {
            return read(arguments);
        }
        Frame bytes = arguments.frame();
        List<Frame> elements = format.elements(bytes, MAX_ELEMENTS);
        if (shape == Shape.ARRAY) {
            boolean nested = elements.size() == 1 && format.isArray(elements.get(0));
            return arguments.codec().decode(nested ? elements.get(0) : bytes, type);
        }
        return elements.isEmpty() ? null : read(arguments);
    }

    /** Decodes arguments as the parameters of a Java method. Thread-safe. */
    public static final class Parameters {

        private final String[] names;
        private final Type[] types;

        /**
         * Creates a binder.
         *
         * @param names names of the parameters, in ASCII
         * @param types types of the parameters, as many as names
         */
        public Parameters(List<String> names, List<Type> types) {
            this.names = names.toArray(String[]::new);
            this.types = types.toArray(Type[]::new);
        }

        /**
         * Decodes the arguments by position from an array, by name from an object, and a single argument from any other value.
         *
         * @param arguments an absent payload for a call without arguments
         * @return as many values as parameters; missing arguments are null
         * @throws CodecException if an argument cannot be decoded as its type, or is null and its type is primitive
         */
        public @Nullable Object[] bind(Payload arguments) {
            @Nullable Object[] values = read(arguments);
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null && types[i] instanceof Class<?> simple && simple.isPrimitive()) {
                    throw new CodecException(names[i] + ": null (expected: " + simple.getName() + ")", null);
                }
            }
            return values;
        }

        private @Nullable Object[] read(Payload arguments) {
            @Nullable Object[] values = new @Nullable Object[types.length];
            if (!arguments.isPresent()) {
                return values;
            }
            Codec codec = arguments.codec();
            ValueFormat format = ValueFormat.of(codec);
            if (format == null) {
                convert(codec, arguments.value(), values);
                return values;
            }
            Frame bytes = arguments.frame();
            if (format.isNull(bytes)) {
                return values;
            }
            if (format.isArray(bytes)) {
                List<Frame> elements = format.elements(bytes, MAX_ELEMENTS);
                for (int i = 0; i < Math.min(types.length, elements.size()); i++) {
                    values[i] = format.decode(codec, elements.get(i), types[i]);
                }
                return values;
            }
            if (format.isObject(bytes) && named(codec, format, format.members(bytes, names), values)) {
                return values;
            }
            checkSingle();
            values[0] = format.decode(codec, bytes, types[0]);
            return values;
        }

        /** Returns whether the members are the arguments, rather than those of a single one. */
        private boolean named(Codec codec, ValueFormat format, @Nullable Frame[] members, @Nullable Object[] values) {
            boolean any = false;
            for (int i = 0; i < types.length; i++) {
                Frame member = members[i];
                if (member != null) {
                    any = true;
                    values[i] = format.decode(codec, member, types[i]);
                }
            }
            return any || types.length != 1;
        }

        private void convert(Codec codec, @Nullable Object value, @Nullable Object[] values) {
            if (value == null) {
                return;
            }
            if (value instanceof List<?> elements) {
                for (int i = 0; i < Math.min(types.length, elements.size()); i++) {
                    values[i] = codec.convert(elements.get(i), types[i]);
                }
                return;
            }
            if (value instanceof Map<?, ?> members && (types.length != 1 || members.containsKey(names[0]))) {
                for (int i = 0; i < types.length; i++) {
                    values[i] = codec.convert(members.get(names[i]), types[i]);
                }
                return;
            }
            checkSingle();
            values[0] = codec.convert(value, types[0]);
        }

        private void checkSingle() {
            if (types.length != 1) {
                throw new CodecException("one value (expected: " + types.length + " parameters)", null);
            }
        }
    }
}
