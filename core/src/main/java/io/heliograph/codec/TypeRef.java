package io.heliograph.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * Generic type with its type arguments, created as an anonymous subclass: {@code new TypeRef<List<String>>() {}}.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {

    private final Type type;

    /**
     * Captures the type argument of the subclass.
     *
     * @throws IllegalArgumentException if the subclass does not specify the type argument
     */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType superclass)) {
            throw new IllegalArgumentException(
                    "TypeRef without a type (expected: new TypeRef<List<String>>() {} or the like)");
        }
        this.type = superclass.getActualTypeArguments()[0];
    }

    private TypeRef(Class<T> type) {
        this.type = type;
    }

    /** Returns the reference to a type without type arguments. */
    public static <T> TypeRef<T> of(Class<T> type) {
        return new TypeRef<>(type) {};
    }

    /** Returns the type. */
    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof TypeRef<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    @Override
    public final String toString() {
        return type.getTypeName();
    }
}
