package io.heliograph.codec.msgpack;

import io.heliograph.codec.CodecException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A record's components, and the ways to take it apart and to make it. */
final class RecordShape {

    private final Constructor<?> constructor;
    private final Method[] accessors;
    private final byte[][] names;
    private final Type[] types;

    private RecordShape(Constructor<?> constructor, Method[] accessors, byte[][] names, Type[] types) {
        this.constructor = constructor;
        this.accessors = accessors;
        this.names = names;
        this.types = types;
    }

    /** The shape of a record, or null if it is not ours to handle: it is closed to us, or Jackson is told more of it. */
    static @Nullable RecordShape of(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Method[] accessors = new Method[components.length];
        byte[][] names = new byte[components.length][];
        Class<?>[] parameters = new Class<?>[components.length];
        Type[] types = new Type[components.length];
        if (isForeign(type)) {
            return null;
        }
        for (int i = 0; i < components.length; i++) {
            accessors[i] = components[i].getAccessor();
            parameters[i] = components[i].getType();
            types[i] = components[i].getGenericType();
            names[i] = Packer.packed(components[i].getName());
            if (isForeign(components[i]) || isForeign(accessors[i]) || !accessors[i].trySetAccessible()) {
                return null;
            }
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            boolean ours = Arrays.stream(type.getDeclaredConstructors()).noneMatch(RecordShape::isForeign)
                    && Arrays.stream(type.getDeclaredMethods()).noneMatch(RecordShape::isForeign)
                    && constructor.trySetAccessible();
            return ours ? new RecordShape(constructor, accessors, names, types) : null;
        } catch (NoSuchMethodException e) {
            throw new CodecException(type.getTypeName() + " has no canonical constructor", e);
        }
    }

    /** Whether Jackson is told something here. */
    static boolean isForeign(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .map(annotation -> annotation.annotationType().getName())
                .anyMatch(name -> name.startsWith("com.fasterxml.jackson.") || name.startsWith("tools.jackson."));
    }

    int size() {
        return accessors.length;
    }

    byte[] packedName(int component) {
        return names[component];
    }

    byte[][] packedNames() {
        return names;
    }

    Type type(int component) {
        return types[component];
    }

    @Nullable
    Object component(Object record, int component) {
        try {
            return accessors[component].invoke(record);
        } catch (ReflectiveOperationException e) {
            throw failed(e);
        }
    }

    Object make(@Nullable Object[] components) {
        try {
            return constructor.newInstance(components);
        } catch (ReflectiveOperationException e) {
            throw failed(e);
        }
    }

    private CodecException failed(ReflectiveOperationException e) {
        Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
        if (cause instanceof Error error) {
            throw error;
        }
        return new CodecException(constructor.getDeclaringClass().getSimpleName() + " refuses it: " + cause, cause);
    }
}
