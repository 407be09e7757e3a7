package io.heliograph.rpc.binding;

import io.heliograph.rpc.wire.Values;
import io.heliograph.scan.ServiceMethod;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Implements an interface by calling the methods of a server. */
public final class Stub implements InvocationHandler {

    /** Client of a stub. Its string form names the client. */
    public interface Caller {

        CompletableFuture<@Nullable Object> call(String method, @Nullable Object params, Type result);

        /** Returns whether the current thread must not block. */
        boolean isEventLoop();
    }

    private final Class<?> service;
    private final Caller client;

    private Stub(Class<?> service, Caller client) {
        this.service = service;
        this.client = client;
    }

    /**
     * Creates a stub.
     *
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    public static <S> S of(Class<S> service, Caller client) {
        ServiceMethod.methods(service);
        return service.cast(
                Proxy.newProxyInstance(service.getClassLoader(), new Class<?>[] {service}, new Stub(service, client)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the identity of a stub is its equality
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> service.getSimpleName() + " of " + client;
            };
        }
        List<@Nullable Object> values = arguments == null ? List.of() : Arrays.asList(arguments);
        for (int i = 0; i < values.size(); i++) {
            Values.check("argument " + (i + 1) + " of " + method.getName(), values.get(i));
        }
        Object params = values.isEmpty() ? null : values;
        Class<?> returned = method.getReturnType();
        if (returned == CompletableFuture.class || returned == CompletionStage.class) {
            Type result = method.getGenericReturnType() instanceof ParameterizedType generic
                    ? generic.getActualTypeArguments()[0]
                    : Object.class;
            return client.call(method.getName(), params, result);
        }
        if (client.isEventLoop()) {
            throw new IllegalStateException(
                    method.getName()
                            + "() would block the event loop (expected: a method that returns a CompletableFuture, or another Dispatch)");
        }
        return await(client.call(method.getName(), params, method.getGenericReturnType()));
    }

    private static @Nullable Object await(CompletableFuture<@Nullable Object> call) throws Throwable {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw e.getCause() == null ? e : e.getCause();
        } catch (InterruptedException e) {
            call.cancel(false);
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for an answer");
        }
    }
}
