package io.heliograph.rpc;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Methods and events under their names: those of a namespace, or of a server's default namespace.
 *
 * <p><b>Parameters</b> sent by name become a record, a bean or a {@code Map}; those sent by position a list or an array, the
 * components of a record in their order, or, if there is one alone, what is asked for by itself. Missing ones are null, zero or
 * false, further ones are ignored. Parameters that do not fit are answered with -32602 and the handler is not called.
 *
 * <p>Any thread may call any method, also while clients are connected.
 */
public interface RpcRegistry {

    /**
     * Adds a method, or replaces one, which then is public unless {@link RpcServer.Builder#duplicates} says otherwise.
     *
     * @param handler a null result is sent as null
     */
    <P> Registration register(String method, Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler);

    /** As {@link #register(String, Class, RpcHandler)}, for whoever calls. */
    <P> Registration register(String method, Class<P> params, RpcFunction<P, ? extends @Nullable Object> function);

    /** As {@link #register(String, Class, RpcHandler)}, for a type with parameters. */
    <P> Registration register(String method, TypeRef<P> params, RpcHandler<P, ? extends @Nullable Object> handler);

    /** As {@link #register(String, TypeRef, RpcHandler)}, for whoever calls. */
    <P> Registration register(String method, TypeRef<P> params, RpcFunction<P, ? extends @Nullable Object> function);

    /** As {@link #register(String, Class, RpcHandler)}, for a handler that reads its parameters itself. */
    Registration register(String method, RpcHandler<Payload, ? extends @Nullable Object> handler);

    /** As {@link #register(String, RpcHandler)}, for whoever calls. */
    Registration register(String method, RpcFunction<Payload, ? extends @Nullable Object> function);

    /**
     * Adds each method of an interface under its name. Parameters by name need the interface compiled with {@code -parameters};
     * a parameter that is an {@link RpcSocket} is the caller. A method that returns a {@link
     * java.util.concurrent.CompletionStage} answers when that completes.
     *
     * @return one for each method
     * @throws IllegalArgumentException if it is no interface, or two of its methods have one name
     */
    <S> List<Registration> register(Class<S> service, S implementation);

    /**
     * Sets what answers {@code rpc.login}. A socket is logged in if the result is {@code true} and nothing else.
     *
     * @param handler its result goes to the client as it is
     */
    <P> Registration authenticate(Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler);

    /**
     * Declares an event, so that clients can subscribe.
     *
     * @throws IllegalArgumentException if it is declared already
     */
    Registration event(String name);

    /** The names of the events declared, in that order. */
    List<String> eventList();
}
