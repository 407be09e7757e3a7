package io.heliograph.rpc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** An interface whose methods are calls. */
final class Stub implements InvocationHandler {

    private final Class<?> service;
    private final DefaultRpcClient client;

    private Stub(Class<?> service, DefaultRpcClient client) {
        this.service = service;
        this.client = client;
    }

    static <S> S of(Class<S> service, DefaultRpcClient client) {
        ServiceMethods.of(service);
        return service.cast(
                Proxy.newProxyInstance(service.getClassLoader(), new Class<?>[] {service}, new Stub(service, client)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // it is what equals means for a stub
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> service.getSimpleName() + " of " + client;
            };
        }
        Object params = arguments == null || arguments.length == 0 ? null : Arrays.asList(arguments);
        Class<?> returned = method.getReturnType();
        if (returned == CompletableFuture.class || returned == CompletionStage.class) {
            Type result = method.getGenericReturnType() instanceof ParameterizedType generic
                    ? generic.getActualTypeArguments()[0]
                    : Object.class;
            return client.invoke(method.getName(), params, result);
        }
        if (client.isOnLoop()) {
            throw new IllegalStateException(
                    method.getName()
                            + "() would block the event loop (expected: a method that returns a CompletableFuture, or another Dispatch)");
        }
        return await(client.invoke(method.getName(), params, method.getGenericReturnType()));
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
