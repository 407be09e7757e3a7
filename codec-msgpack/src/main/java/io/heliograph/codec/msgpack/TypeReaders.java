package io.heliograph.codec.msgpack;

import io.heliograph.codec.Codec;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the readers and record shapes of types.
 *
 * <p>A full cache is cleared, which only costs time. Thread-safe.
 */
final class TypeReaders {

    private static final int MAX_TYPES = 1024;
    private static final ValueReader ANYTHING = Unpacker::value;

    private final Dialect dialect;
    private final Map<Type, ValueReader> readers = new ConcurrentHashMap<>();
    private final Map<Class<?>, Optional<RecordShape>> records = new ConcurrentHashMap<>();
    private final ClassValue<Boolean> jackson = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return RecordShape.hasJacksonAnnotations(type)
                    || Arrays.stream(type.getDeclaredFields()).anyMatch(RecordShape::hasJacksonAnnotations)
                    || Arrays.stream(type.getDeclaredMethods()).anyMatch(RecordShape::hasJacksonAnnotations);
        }
    };

    TypeReaders(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Whether the type, a field or a method of it has a Jackson annotation. */
    boolean hasJacksonAnnotations(Class<?> type) {
        return jackson.get(type);
    }

    @Nullable
    RecordShape record(Class<?> type) {
        Optional<RecordShape> known = records.get(type);
        if (known == null) {
            known = Optional.ofNullable(RecordShape.of(type));
            if (records.size() >= MAX_TYPES) {
                records.clear();
            }
            records.put(type, known);
        }
        return known.orElse(null);
    }

    ValueReader reader(Type type) {
        ValueReader known = readers.get(type);
        if (known == null) {
            known = create(type);
            if (readers.size() >= MAX_TYPES) {
                readers.clear();
            }
            readers.put(type, known);
        }
        return known;
    }

    private ValueReader create(Type type) {
        if (dialect == Dialect.JAVASCRIPT) {
            return type == Object.class ? ANYTHING : converted(type);
        }
        if (type instanceof Class<?> plain) {
            return createPlain(plain);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] arguments = generic.getActualTypeArguments();
            if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
                return ValueReader.nullable(elements(arguments[0], false));
            }
            if (raw == Set.class) {
                return ValueReader.nullable(elements(arguments[0], true));
            }
            if (raw == Map.class && arguments[0] == String.class) {
                return ValueReader.nullable(map(arguments[1]));
            }
            if (raw == Optional.class) {
                return optional(arguments[0]);
            }
        }
        return converted(type);
    }

    private ValueReader createPlain(Class<?> type) {
        if (type.isPrimitive()) {
            return primitive(type);
        }
        ValueReader scalar = scalar(type);
        if (scalar != null) {
            return ValueReader.nullable(scalar);
        }
        if (type == Object.class) {
            return ANYTHING;
        }
        if (type.isArray()) {
            return ValueReader.nullable(array(type.getComponentType()));
        }
        if (type.isEnum() && !hasJacksonAnnotations(type)) {
            return ValueReader.nullable(constant(type));
        }
        RecordShape shape = type.isRecord() && type != Extension.class ? record(type) : null;
        return shape != null ? ValueReader.nullable(new RecordReader(shape)) : converted(type);
    }

    private ValueReader primitive(Class<?> type) {
        return switch (type.getName()) {
            case "boolean" -> ValueReader.primitive(false, Unpacker::bool);
            case "int" -> ValueReader.primitive(0, in(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "long" -> ValueReader.primitive(0L, from -> from.integer(Long.MIN_VALUE, Long.MAX_VALUE));
            case "double" -> ValueReader.primitive(0.0, Unpacker::number);
            case "float" -> ValueReader.primitive(0f, from -> (float) from.number());
            case "short" ->
                ValueReader.primitive((short) 0, from -> (short) from.integer(Short.MIN_VALUE, Short.MAX_VALUE));
            case "byte" -> ValueReader.primitive((byte) 0, from -> (byte) from.integer(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case "char" -> ValueReader.primitive('\0', TypeReaders::character);
            default -> converted(type);
        };
    }

    private static ValueReader in(int min, int max) {
        return from -> (int) from.integer(min, max);
    }

    private static @Nullable ValueReader scalar(Class<?> type) {
        return switch (type.getName()) {
            case "java.lang.String", "java.lang.CharSequence" -> Unpacker::string;
            case "java.lang.Boolean" -> Unpacker::bool;
            case "java.lang.Integer" -> in(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "java.lang.Long" -> from -> from.integer(Long.MIN_VALUE, Long.MAX_VALUE);
            case "java.lang.Double" -> Unpacker::number;
            case "java.lang.Float" -> from -> (float) from.number();
            case "java.math.BigInteger" -> Unpacker::bigInteger;
            case "[B" -> TypeReaders::bytes;
            case "[I" -> TypeReaders::ints;
            case "[J" -> TypeReaders::longs;
            case "[D" -> TypeReaders::doubles;
            default -> null;
        };
    }

    private static Object character(Unpacker from) {
        String string = from.string();
        if (string.length() != 1) {
            throw from.rejected("a string of one character");
        }
        return string.charAt(0);
    }

    /** Reads binary, or a Base64 string as the JSON codec writes it. */
    private static Object bytes(Unpacker from) {
        return from.isBinary() ? from.binary() : Base64.getDecoder().decode(from.string());
    }

    private static Object ints(Unpacker from) {
        int[] array = new int[from.arraySize()];
        for (int i = 0; i < array.length; i++) {
            array[i] = (int) from.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        return array;
    }

    private static Object longs(Unpacker from) {
        long[] array = new long[from.arraySize()];
        for (int i = 0; i < array.length; i++) {
            array[i] = from.integer(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        return array;
    }

    private static Object doubles(Unpacker from) {
        double[] array = new double[from.arraySize()];
        for (int i = 0; i < array.length; i++) {
            array[i] = from.number();
        }
        return array;
    }

    private ValueReader array(Class<?> component) {
        LazyReader element = new LazyReader(component);
        return from -> {
            int length = from.arraySize();
            from.enter();
            Object array = Array.newInstance(component, length);
            for (int i = 0; i < length; i++) {
                Array.set(array, i, element.get().read(from));
            }
            from.leave();
            return array;
        };
    }

    private ValueReader elements(Type type, boolean distinct) {
        LazyReader element = new LazyReader(type);
        return from -> {
            int size = from.arraySize();
            from.enter();
            Collection<@Nullable Object> elements = distinct ? new LinkedHashSet<>() : new ArrayList<>(size);
            ValueReader reader = element.get();
            for (int i = 0; i < size; i++) {
                elements.add(reader.read(from));
            }
            from.leave();
            return elements;
        };
    }

    private ValueReader map(Type type) {
        LazyReader value = new LazyReader(type);
        return from -> {
            int entries = from.mapSize();
            from.enter();
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < entries; i++) {
                String key = from.key();
                map.put(key, value.get().read(from));
            }
            from.leave();
            return map;
        };
    }

    private ValueReader optional(Type type) {
        LazyReader value = new LazyReader(type);
        return new ValueReader() {
            @Override
            public Object read(Unpacker from) {
                return from.skipNil()
                        ? Optional.empty()
                        : Optional.ofNullable(value.get().read(from));
            }

            @Override
            public Object absent() {
                return Optional.empty();
            }
        };
    }

    private static ValueReader constant(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return from -> {
            Object constant = constants.get(from.string());
            if (constant == null) {
                throw from.rejected("one of " + constants.keySet());
            }
            return constant;
        };
    }

    /** Returns a reader that lets the JSON codec convert the value, unless the value already has the type. */
    private ValueReader converted(Type type) {
        return from -> {
            Object value = from.value(true);
            return type instanceof Class<?> wanted && wanted.isInstance(value)
                    ? value
                    : Codec.named(dialect.jsonName).convert(value, type);
        };
    }

    /** The reader of a component type, looked up at first use because a type can contain itself. */
    private final class LazyReader {

        private final Type type;
        private volatile @Nullable ValueReader reader;

        LazyReader(Type type) {
            this.type = type;
        }

        ValueReader get() {
            ValueReader known = reader;
            if (known == null) {
                known = reader(type);
                reader = known;
            }
            return known;
        }
    }

    private final class RecordReader implements ValueReader {

        private final RecordShape shape;
        private final LazyReader[] components;

        RecordReader(RecordShape shape) {
            this.shape = shape;
            this.components = new LazyReader[shape.size()];
            for (int i = 0; i < components.length; i++) {
                components[i] = new LazyReader(shape.type(i));
            }
        }

        @Override
        public Object read(Unpacker from) {
            int entries = from.mapSize();
            from.enter();
            @Nullable Object[] values = new @Nullable Object[components.length];
            boolean[] present = new boolean[components.length];
            for (int i = 0; i < entries; i++) {
                int member = from.member(shape.packedNames(), i);
                if (member < 0) {
                    from.skip();
                } else {
                    values[member] = components[member].get().read(from);
                    present[member] = true;
                }
            }
            for (int i = 0; i < values.length; i++) {
                if (!present[i]) {
                    values[i] = components[i].get().absent();
                }
            }
            from.leave();
            return shape.create(values);
        }
    }
}
