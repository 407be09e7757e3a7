package io.heliograph.scan;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.Payload;
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

/**
 * Method of a service interface that peers can call. One type of parameter, the context, is not an argument: it receives the caller. Thread-safe.
 */
public final class ServiceMethod {

    private final Method method;
    private final Object implementation;
    private final Class<?> context;
    private final Parameter[] parameters;
    private final ArgumentBinder.Parameters binder;

    private ServiceMethod(Method method, Object implementation, Class<?> context) {
        method.setAccessible(true);
        this.method = method;
        this.implementation = implementation;
        this.context = context;
        this.parameters = method.getParameters();
        List<String> names = new ArrayList<>();
        List<Type> types = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (parameter.getType() != context) {
                names.add(parameter.getName());
                types.add(parameter.getParameterizedType());
            }
        }
        this.binder = new ArgumentBinder.Parameters(names, types);
    }

    /**
     * Returns the methods of an interface by their names.
     *
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    public static Map<String, Method> methods(Class<?> service) {
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
     * Returns the methods of a service by their names.
     *
     * @param context type of the parameters that receive the caller
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    public static <S> Map<String, ServiceMethod> of(Class<S> service, S implementation, Class<?> context) {
        Map<String, ServiceMethod> found = new LinkedHashMap<>();
        methods(service).forEach((name, method) -> found.put(name, new ServiceMethod(method, implementation, context)));
        return found;
    }

    /**
     * Decodes the arguments of a call, and inserts the caller.
     *
     * @param caller caller, of the type of the context
     * @throws io.heliograph.codec.CodecException if the arguments do not match the parameters
     */
    public @Nullable Object[] bind(Payload arguments, Object caller) {
        @Nullable Object[] values = binder.bind(arguments);
        @Nullable Object[] all = new @Nullable Object[parameters.length];
        int next = 0;
        for (int i = 0; i < parameters.length; i++) {
            all[i] = parameters[i].getType() == context ? caller : values[next++];
        }
        return all;
    }

    /**
     * Invokes the method.
     *
     * @param arguments result of {@link #bind}
     * @throws Exception exception of the method
     */
    public @Nullable Object invoke(@Nullable Object[] arguments) throws Exception {
        try {
            return method.invoke(implementation, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw thrown;
        }
    }
}
