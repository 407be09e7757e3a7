package io.heliograph.rpc.binding;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.RpcHandler;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.scan.ArgumentBinder;
import io.heliograph.scan.ServiceMethod;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decodes the parameters of a call and invokes its handler. */
@FunctionalInterface
public interface MethodInvoker {

    /**
     * Invokes the handler.
     *
     * @param params null if the request has no parameters
     * @throws InvalidParamsException if the parameters do not match the method
     */
    @Nullable
    Object invoke(Dialect dialect, @Nullable Frame params, RpcSocket caller) throws Exception;

    /** Returns an invoker that decodes the parameters as one value of the given type. */
    @SuppressWarnings({"unchecked", "NullAway"}) // decoded as the type; null for missing parameters
    static <P extends @Nullable Object> MethodInvoker of(Type type, RpcHandler<P, ? extends @Nullable Object> handler) {
        ArgumentBinder binder = ArgumentBinder.of(type);
        return (dialect, params, caller) -> {
            Object value;
            try {
                value = binder.bind(dialect.payload(params));
            } catch (CodecException e) {
                throw new InvalidParamsException(e);
            }
            return handler.handle((P) value, caller);
        };
    }

    /** Returns an invoker for each method of an interface, by its name. */
    static <S> Map<String, MethodInvoker> ofService(Class<S> service, S implementation) {
        Map<String, MethodInvoker> invokers = new LinkedHashMap<>();
        ServiceMethod.of(service, implementation, RpcSocket.class)
                .forEach((name, method) -> invokers.put(name, (dialect, params, caller) -> {
                    @Nullable Object[] arguments;
                    try {
                        arguments = method.bind(dialect.payload(params), caller);
                    } catch (CodecException e) {
                        throw new InvalidParamsException(e);
                    }
                    return method.invoke(arguments);
                }));
        return invokers;
    }

    /** Parameters do not match the method. */
    final class InvalidParamsException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidParamsException(CodecException cause) {
            super("the parameters are not what the method takes", cause);
        }
    }
}
