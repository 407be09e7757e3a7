package io.heliograph.rpc.binding;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.CodecException;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.binding.MethodInvoker.InvalidParamsException;
import io.heliograph.scan.ArgumentBinder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps the methods of a Java interface to methods of the protocol. */
public final class ServiceMethods {

    private ServiceMethods() {}

    /**
     * Returns the methods of an interface by their names.
     *
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    static Map<String, Method> of(Class<?> service) {
        checkArgument(service.isInterface(), "service: %s (expected: an interface)", service.getName());
        Map<String, Method> found = new LinkedHashMap<>();
        for (Method method : service.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || method.isBridge()) {
                continue;
            }
            checkArgument(
                    found.put(method.getName(), method) == null,
                    "service: %s has two methods called '%s' (expected: one)",
                    service.getName(),
                    method.getName());
        }
        return found;
    }

    /**
     * Returns an invoker for each method of an interface.
     *
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    public static <S> Map<String, MethodInvoker> invokers(Class<S> service, S implementation) {
        Map<String, MethodInvoker> invokers = new LinkedHashMap<>();
        of(service).forEach((name, method) -> {
            method.setAccessible(true);
            invokers.put(name, invoker(method, implementation));
        });
        return invokers;
    }

    private static MethodInvoker invoker(Method method, Object implementation) {
        Parameter[] parameters = method.getParameters();
        List<String> names = new ArrayList<>();
        List<Type> types = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (parameter.getType() != RpcSocket.class) {
                names.add(parameter.getName());
                types.add(parameter.getParameterizedType());
            }
        }
        ArgumentBinder.Parameters binder = new ArgumentBinder.Parameters(names, types);
        return (dialect, params, caller) -> {
            @Nullable Object[] arguments;
            try {
                arguments = withCaller(parameters, binder.bind(dialect.payload(params)), caller);
            } catch (CodecException e) {
                throw new InvalidParamsException(e);
            }
            try {
                return method.invoke(implementation, arguments);
            } catch (InvocationTargetException e) {
                Throwable cause = e.getCause();
                if (cause instanceof Exception thrown) {
                    throw thrown;
                }
                throw e;
            }
        };
    }

    /** Inserts the caller into the decoded arguments. */
    private static @Nullable Object[] withCaller(Parameter[] parameters, @Nullable Object[] values, RpcSocket caller) {
        @Nullable Object[] arguments = new @Nullable Object[parameters.length];
        int next = 0;
        for (int i = 0; i < parameters.length; i++) {
            arguments[i] = parameters[i].getType() == RpcSocket.class ? caller : values[next++];
        }
        return arguments;
    }
}
