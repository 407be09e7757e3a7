package io.heliograph.scan;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Creates a record of scalars from positional arguments without a codec. */
final class ScalarRecord {

    private static final Set<Class<?>> SCALARS = Set.of(
            long.class,
            Long.class,
            int.class,
            Integer.class,
            double.class,
            Double.class,
            boolean.class,
            Boolean.class,
            String.class);

    private final Class<?>[] types;
    private final MethodHandle constructor;

    private ScalarRecord(Class<?>[] types, MethodHandle constructor) {
        this.types = types;
        this.constructor = constructor;
    }

    /**
     * Returns the fast path for a record class, or null if a component is not a scalar, the class is not open to this module, or an
     * annotation may configure the codec.
     */
    static @Nullable ScalarRecord of(Class<?> record) {
        Class<?>[] types = Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        if (!Arrays.stream(types).allMatch(SCALARS::contains)) {
            return null;
        }
        try {
            Constructor<?> canonical = record.getDeclaredConstructor(types);
            Stream<AnnotatedElement> parts = Stream.of(
                            Stream.of(record),
                            Arrays.stream(record.getRecordComponents()),
                            Arrays.stream(record.getDeclaredConstructors()),
                            Arrays.stream(record.getDeclaredMethods()))
                    .flatMap(each -> each);
            if (parts.anyMatch(part -> part.getAnnotations().length > 0)) {
                return null;
            }
            canonical.setAccessible(true);
            return new ScalarRecord(
                    types,
                    MethodHandles.lookup()
                            .unreflectConstructor(canonical)
                            .asSpreader(Object[].class, types.length)
                            .asType(MethodType.methodType(Object.class, Object[].class)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Creates a record, or returns null if the elements are not as many plain scalars as the record has components.
     *
     * @throws CodecException if the constructor throws
     */
    @Nullable
    Object create(ValueFormat format, List<Frame> elements) {
        if (elements.size() != types.length) {
            return null;
        }
        Object[] components = new Object[types.length];
        for (int i = 0; i < components.length; i++) {
            Object component = format.scalar(elements.get(i), types[i]);
            if (component == null) {
                return null;
            }
            components[i] = component;
        }
        try {
            return constructor.invokeExact(components);
        } catch (Error e) {
            throw e;
        } catch (Throwable failure) {
            throw new CodecException("the constructor of the record failed: " + failure.getMessage(), failure);
        }
    }
}
