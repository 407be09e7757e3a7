package io.heliograph.rpc.binding;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Envelope;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the parameters of a call or an event as one value. Named parameters are decoded as they are, positional parameters into
 * the components of a record, and a single positional parameter also without its array.
 */
public final class Parameters {

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

    private Parameters(Type type, Shape shape, List<String> components, @Nullable ScalarRecord scalarRecord) {
        this.type = type;
        this.shape = shape;
        this.components = components;
        this.scalarRecord = scalarRecord;
    }

    public static Parameters of(Type type) {
        Class<?> raw = type instanceof Class<?> simple
                ? simple
                : type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> simple
                        ? simple
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
                    ScalarRecord.of(raw));
        }
        boolean array = raw == Object.class
                || (raw.isArray() && raw != byte[].class)
                || Iterable.class.isAssignableFrom(raw)
                || Collection.class.isAssignableFrom(raw);
        return new Parameters(type, array ? Shape.ARRAY : Shape.OTHER, List.of(), null);
    }

    /**
     * Decodes the parameters of a call.
     *
     * @param params null if the request has no parameters
     * @throws CodecException if the parameters cannot be decoded as the type
     */
    public @Nullable Object read(Dialect dialect, @Nullable Frame params) {
        if (shape == Shape.PAYLOAD) {
            return params == null ? Payload.absent(dialect.codec()) : Payload.of(dialect.codec(), params);
        }
        if (params == null) {
            return null;
        }
        if (dialect.isArray(params) && shape != Shape.ARRAY) {
            List<Frame> elements = dialect.elements(params, MAX_ELEMENTS);
            if (elements.size() == 1 && isWholeValue(dialect, elements.get(0))) {
                return dialect.decode(elements.get(0), type);
            }
            if (shape == Shape.RECORD) {
                return record(dialect, elements);
            }
        }
        return dialect.decode(params, type);
    }

    /** Decodes a record from its components by position. */
    private @Nullable Object record(Dialect dialect, List<Frame> elements) {
        Object created = scalarRecord == null ? null : scalarRecord.create(dialect, elements);
        return created == null ? dialect.codec().decode(dialect.object(names(dialect), elements), type) : created;
    }

    /** Returns the encoded names of the components. A race encodes them twice, with the same result. */
    private List<Frame> names(Dialect dialect) {
        List<Frame> known = dialect.isJson() ? jsonNames : msgpackNames;
        if (known == null) {
            known = components.stream().map(dialect::encode).toList();
            if (dialect.isJson()) {
                jsonNames = known;
            } else {
                msgpackNames = known;
            }
        }
        return known;
    }

    /** Returns whether the only element is the value itself rather than its first component. */
    private boolean isWholeValue(Dialect dialect, Frame element) {
        return shape != Shape.RECORD || (components.size() != 1 && dialect.isObject(element));
    }

    /**
     * Decodes the parameters of an event. Differs from {@link #read} in two cases: an empty array is null, and an array whose only
     * element is an array is that element.
     *
     * @throws CodecException if the parameters cannot be decoded as the type
     */
    public @Nullable Object readEvent(Dialect dialect, @Nullable Frame params) {
        if (params == null || shape == Shape.PAYLOAD) {
            return read(dialect, params);
        }
        if (shape == Shape.ARRAY && dialect.isArray(params)) {
            List<Frame> elements = dialect.elements(params, MAX_ELEMENTS);
            boolean nested = elements.size() == 1 && dialect.isArray(elements.get(0));
            return dialect.codec().decode(nested ? elements.get(0) : params, type);
        }
        if (dialect.isArray(params) && dialect.elements(params, MAX_ELEMENTS).isEmpty()) {
            return null;
        }
        return read(dialect, params);
    }

    /** Decodes parameters as the arguments of an interface method. */
    static final class Arguments {

        private final String[] names;
        private final Type[] types;

        Arguments(List<String> names, List<Type> types) {
            this.names = names.toArray(String[]::new);
            this.types = types.toArray(Type[]::new);
        }

        /**
         * Decodes the arguments; missing arguments are null.
         *
         * @throws CodecException if an argument cannot be decoded as its type
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
                Envelope members = dialect.envelope(names);
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
