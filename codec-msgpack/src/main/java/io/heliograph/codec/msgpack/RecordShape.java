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

/** The components of a record class, with their accessors and its canonical constructor. */
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

    /** Returns the shape of a record class, or null if the class is inaccessible or has Jackson annotations. */
    static @Nullable RecordShape of(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Method[] accessors = new Method[components.length];
        byte[][] names = new byte[components.length][];
        Class<?>[] parameters = new Class<?>[components.length];
        Type[] types = new Type[components.length];
        if (hasJacksonAnnotations(type)) {
            return null;
        }
        for (int i = 0; i < components.length; i++) {
            accessors[i] = components[i].getAccessor();
            parameters[i] = components[i].getType();
            types[i] = components[i].getGenericType();
            names[i] = Packer.packed(components[i].getName());
            if (hasJacksonAnnotations(components[i])
                    || hasJacksonAnnotations(accessors[i])
                    || !accessors[i].trySetAccessible()) {
                return null;
            }
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            boolean usable = Arrays.stream(type.getDeclaredConstructors()).noneMatch(RecordShape::hasJacksonAnnotations)
                    && Arrays.stream(type.getDeclaredMethods()).noneMatch(RecordShape::hasJacksonAnnotations)
                    && constructor.trySetAccessible();
            return usable ? new RecordShape(constructor, accessors, names, types) : null;
        } catch (NoSuchMethodException e) {
            throw new CodecException(type.getTypeName() + " has no canonical constructor", e);
        }
    }

    /** Whether the element has a Jackson annotation. */
    static boolean hasJacksonAnnotations(AnnotatedElement element) {
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

    Object create(@Nullable Object[] components) {
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
        return new CodecException(
                constructor.getDeclaringClass().getSimpleName() + " rejects its components: " + cause, cause);
    }
}
