package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.CodecException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of a Java interface as methods of the protocol. */
final class ServiceMethods {

    private ServiceMethods() {}

    /** The methods of an interface, or {@link IllegalArgumentException}. */
    static List<java.lang.reflect.Method> of(Class<?> service) {
        checkArgument(service.isInterface(), "service: %s (expected: an interface)", service.getName());
        List<java.lang.reflect.Method> found = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (java.lang.reflect.Method method : service.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || method.isBridge()) {
                continue;
            }
            checkArgument(
                    names.add(method.getName()),
                    "service: %s has two methods called '%s' (expected: one)",
                    service.getName(),
                    method.getName());
            found.add(method);
        }
        return found;
    }

    static <S> List<Method> of(Class<S> service, S implementation) {
        List<Method> methods = new ArrayList<>();
        for (java.lang.reflect.Method method : of(service)) {
            method.setAccessible(true);
            methods.add(Method.of(method.getName(), invoker(method, implementation)));
        }
        return methods;
    }

    private static Method.Invoker invoker(java.lang.reflect.Method method, Object implementation) {
        Parameter[] parameters = method.getParameters();
        List<String> names = new ArrayList<>();
        List<Type> types = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (parameter.getType() != RpcSocket.class) {
                names.add(parameter.getName());
                types.add(parameter.getParameterizedType());
            }
        }
        Parameters.Several several = new Parameters.Several(names, types);
        return (dialect, params, caller) -> {
            @Nullable Object[] arguments;
            try {
                arguments = arranged(parameters, several.read(dialect, params), caller);
            } catch (CodecException e) {
                throw new Method.InvalidParamsException(e);
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

    private static @Nullable Object[] arranged(Parameter[] parameters, @Nullable Object[] values, RpcSocket caller)
            throws Method.InvalidParamsException {
        @Nullable Object[] arguments = new @Nullable Object[parameters.length];
        int next = 0;
        for (int i = 0; i < parameters.length; i++) {
            Class<?> type = parameters[i].getType();
            arguments[i] = type == RpcSocket.class ? caller : values[next++];
            if (arguments[i] == null && type.isPrimitive()) {
                throw new Method.InvalidParamsException(null);
            }
        }
        return arguments;
    }
}
