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

/** What is known of types: found once, and forgotten all together when there is too much of it, which costs time only. */
final class Shapes {

    private static final int MAX_TYPES = 1024;
    private static final Reading ANYTHING = from -> from.value(false);

    private final Map<Type, Reading> readings = new ConcurrentHashMap<>();
    private final Map<Class<?>, Optional<RecordShape>> records = new ConcurrentHashMap<>();
    private final ClassValue<Boolean> foreign = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return RecordShape.isForeign(type)
                    || Arrays.stream(type.getDeclaredFields()).anyMatch(RecordShape::isForeign)
                    || Arrays.stream(type.getDeclaredMethods()).anyMatch(RecordShape::isForeign);
        }
    };

    /** Whether Jackson is told something about an enum. */
    boolean isForeign(Class<?> type) {
        return foreign.get(type);
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

    Reading reading(Type type) {
        Reading known = readings.get(type);
        if (known == null) {
            known = make(type);
            if (readings.size() >= MAX_TYPES) {
                readings.clear();
            }
            readings.put(type, known);
        }
        return known;
    }

    private Reading make(Type type) {
        if (type instanceof Class<?> plain) {
            return makePlain(plain);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] arguments = generic.getActualTypeArguments();
            if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
                return Reading.nullable(elements(arguments[0], false));
            }
            if (raw == Set.class) {
                return Reading.nullable(elements(arguments[0], true));
            }
            if (raw == Map.class && arguments[0] == String.class) {
                return Reading.nullable(map(arguments[1]));
            }
            if (raw == Optional.class) {
                return optional(arguments[0]);
            }
        }
        return through(type);
    }

    private Reading makePlain(Class<?> type) {
        if (type.isPrimitive()) {
            return primitive(type);
        }
        Reading scalar = scalar(type);
        if (scalar != null) {
            return Reading.nullable(scalar);
        }
        if (type == Object.class) {
            return ANYTHING;
        }
        if (type.isArray()) {
            return Reading.nullable(array(type.getComponentType()));
        }
        if (type.isEnum() && !isForeign(type)) {
            return Reading.nullable(constant(type));
        }
        RecordShape shape = type.isRecord() && type != Extension.class ? record(type) : null;
        return shape != null ? Reading.nullable(new RecordReading(shape)) : through(type);
    }

    private static Reading primitive(Class<?> type) {
        return switch (type.getName()) {
            case "boolean" -> Reading.primitive(false, Unpacker::bool);
            case "int" -> Reading.primitive(0, in(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "long" -> Reading.primitive(0L, from -> from.integer(Long.MIN_VALUE, Long.MAX_VALUE));
            case "double" -> Reading.primitive(0.0, Unpacker::number);
            case "float" -> Reading.primitive(0f, from -> (float) from.number());
            case "short" ->
                Reading.primitive((short) 0, from -> (short) from.integer(Short.MIN_VALUE, Short.MAX_VALUE));
            case "byte" -> Reading.primitive((byte) 0, from -> (byte) from.integer(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case "char" -> Reading.primitive('\0', Shapes::character);
            default -> through(type);
        };
    }

    private static Reading in(int min, int max) {
        return from -> (int) from.integer(min, max);
    }

    private static @Nullable Reading scalar(Class<?> type) {
        return switch (type.getName()) {
            case "java.lang.String", "java.lang.CharSequence" -> Unpacker::string;
            case "java.lang.Boolean" -> Unpacker::bool;
            case "java.lang.Integer" -> in(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "java.lang.Long" -> from -> from.integer(Long.MIN_VALUE, Long.MAX_VALUE);
            case "java.lang.Double" -> Unpacker::number;
            case "java.lang.Float" -> from -> (float) from.number();
            case "java.math.BigInteger" -> Unpacker::bigInteger;
            case "[B" -> Shapes::bytes;
            case "[I" -> Shapes::ints;
            case "[J" -> Shapes::longs;
            case "[D" -> Shapes::doubles;
            default -> null;
        };
    }

    private static Object character(Unpacker from) {
        String text = from.string();
        if (text.length() != 1) {
            throw from.unexpected("before it a string of one character");
        }
        return text.charAt(0);
    }

    /** Bytes, also as the JSON codec writes them. */
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

    private Reading array(Class<?> component) {
        Later element = new Later(component);
        return from -> {
            int length = from.arraySize();
            from.enter();
            Object array = Array.newInstance(component, length);
            for (int i = 0; i < length; i++) {
                Array.set(array, i, element.reading().read(from));
            }
            from.leave();
            return array;
        };
    }

    private Reading elements(Type type, boolean distinct) {
        Later element = new Later(type);
        return from -> {
            int size = from.arraySize();
            from.enter();
            Collection<@Nullable Object> elements = distinct ? new LinkedHashSet<>() : new ArrayList<>(size);
            Reading reading = element.reading();
            for (int i = 0; i < size; i++) {
                elements.add(reading.read(from));
            }
            from.leave();
            return elements;
        };
    }

    private Reading map(Type type) {
        Later value = new Later(type);
        return from -> {
            int entries = from.mapSize();
            from.enter();
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < entries; i++) {
                String key = from.key();
                map.put(key, value.reading().read(from));
            }
            from.leave();
            return map;
        };
    }

    private Reading optional(Type type) {
        Later value = new Later(type);
        return new Reading() {
            @Override
            public Object read(Unpacker from) {
                return from.passNil()
                        ? Optional.empty()
                        : Optional.ofNullable(value.reading().read(from));
            }

            @Override
            public Object absent() {
                return Optional.empty();
            }
        };
    }

    private static Reading constant(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return from -> {
            Object constant = constants.get(from.string());
            if (constant == null) {
                throw from.unexpected("before it one of " + constants.keySet());
            }
            return constant;
        };
    }

    /** For a type that JSON knows better. */
    private static Reading through(Type type) {
        return from -> {
            Object value = from.value(true);
            return type instanceof Class<?> wanted && wanted.isInstance(value)
                    ? value
                    : Codec.named("json").convert(value, type);
        };
    }

    /** The reading of a part, looked up when it is first needed, as a type may be a part of itself. */
    private final class Later {

        private final Type type;
        private volatile @Nullable Reading found;

        Later(Type type) {
            this.type = type;
        }

        Reading reading() {
            Reading known = found;
            if (known == null) {
                known = Shapes.this.reading(type);
                found = known;
            }
            return known;
        }
    }

    private final class RecordReading implements Reading {

        private final RecordShape shape;
        private final Later[] components;

        RecordReading(RecordShape shape) {
            this.shape = shape;
            this.components = new Later[shape.size()];
            for (int i = 0; i < components.length; i++) {
                components[i] = new Later(shape.type(i));
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
                    values[member] = components[member].reading().read(from);
                    present[member] = true;
                }
            }
            for (int i = 0; i < values.length; i++) {
                if (!present[i]) {
                    values[i] = components[i].reading().absent();
                }
            }
            from.leave();
            return shape.make(values);
        }
    }
}
