package io.heliograph.rpc.wire;

import io.heliograph.codec.TypeRef;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Check of the values that an application sends. */
public final class Values {

    private Values() {}

    /**
     * Rejects a type, which is never data: it was meant to be the type of a result.
     *
     * @param name name of the value in the error message
     * @throws IllegalArgumentException if the value is a {@code Class}, another {@code Type}, or a {@code TypeRef}
     */
    public static void check(String name, @Nullable Object value) {
        if (value instanceof Type || value instanceof TypeRef<?>) {
            String type = value instanceof TypeRef<?> reference
                    ? reference.type().getTypeName()
                    : ((Type) value).getTypeName();
            throw new IllegalArgumentException(
                    name + ": the type " + type
                            + " (expected: data; the type of a result follows the parameters, as in call(method, null, String.class))");
        }
    }
}
