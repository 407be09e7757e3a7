package io.heliograph.rpc;

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

/** A record of scalars that is made from parameters by position, one component after another, without a codec. */
final class PlainRecord {

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

    private PlainRecord(Class<?>[] types, MethodHandle constructor) {
        this.types = types;
        this.constructor = constructor;
    }

    /** That of a class; null if it is none, is not open to this module, or has annotations, by which a codec might be meant. */
    static @Nullable PlainRecord of(Class<?> record) {
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
            return new PlainRecord(
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
     * The record, or null if these are not as many plain scalars as it has components.
     *
     * @throws CodecException if it refuses them
     */
    @Nullable
    Object of(Dialect dialect, List<Frame> elements) {
        if (elements.size() != types.length) {
            return null;
        }
        Object[] components = new Object[types.length];
        for (int i = 0; i < components.length; i++) {
            Object component = dialect.scalar(elements.get(i), types[i]);
            if (component == null) {
                return null;
            }
            components[i] = component;
        }
        try {
            return constructor.invokeExact(components);
        } catch (Error e) {
            throw e;
        } catch (Throwable refused) {
            throw new CodecException("the record refuses it: " + refused.getMessage(), refused);
        }
    }
}
