package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** A method of a namespace. */
final class Method extends Entry {

    /** What answers a call. */
    @FunctionalInterface
    interface Invoker {

        /**
         * Answers a call.
         *
         * @param params null where there are none
         * @throws InvalidParamsException if the parameters are not what the method takes
         */
        @Nullable
        Object invoke(Dialect dialect, @Nullable Frame params, RpcSocket caller) throws Exception;
    }

    /** The parameters of a call are not what the method takes. */
    static final class InvalidParamsException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidParamsException(@Nullable Throwable cause) {
            super("the parameters are not what the method takes", cause);
        }
    }

    final Invoker invoker;

    /** Whether it answers at once on the event loop, whatever the dispatch. */
    final boolean builtIn;

    private Method(String name, Invoker invoker, boolean builtIn) {
        super(name);
        this.invoker = invoker;
        this.builtIn = builtIn;
    }

    static Method builtIn(String name, Invoker invoker) {
        return new Method(name, invoker, true);
    }

    static Method of(String name, Invoker invoker) {
        return new Method(name, invoker, false);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what the type says; null for what is missing
    static <P extends @Nullable Object> Method of(
            String name, Type type, RpcHandler<P, ? extends @Nullable Object> handler) {
        Parameters parameters = Parameters.of(type);
        boolean primitive = type instanceof Class<?> plain && plain.isPrimitive();
        return of(name, (dialect, params, caller) -> {
            Object value;
            try {
                value = parameters.read(dialect, params);
            } catch (CodecException e) {
                throw new InvalidParamsException(e);
            }
            if (value == null && primitive) {
                throw new InvalidParamsException(null);
            }
            return handler.handle((P) value, caller);
        });
    }
}
