package io.heliograph.rpc;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Methods and events by name: those of a namespace, or of a server's default namespace.
 *
 * <p><b>Parameters.</b> Named parameters are decoded as a record, a bean or a {@code Map}. Positional parameters are decoded as a
 * list or an array, as the components of a record in their order, or, if there is only one, as that value. Missing parameters are
 * null, zero or false; surplus parameters are ignored. Parameters that cannot be decoded are answered with -32602, without a call
 * of the handler.
 *
 * <p>Thread-safe. Methods and events may be added while clients are connected.
 */
public interface RpcRegistry {

    /** Returns a handle that registers a method: {@code server.method("sum", SUM).handle(sum -> …)}. */
    <P> RpcMethod<P> method(String name, TypeRef<P> params);

    /** Returns a handle as {@link #method(String, TypeRef)} does. */
    default <P> RpcMethod<P> method(String name, Class<P> params) {
        return method(name, TypeRef.of(params));
    }

    /** Returns a handle as {@link #method(String, TypeRef)} does, for a handler that decodes the parameters itself. */
    default RpcMethod<Payload> method(String name) {
        return method(name, Payload.class);
    }

    /**
     * Registers each method of an interface under its name. Named parameters require that the interface is compiled with
     * {@code -parameters}. A parameter of type {@link RpcSocket} is the caller. A method that returns a {@link
     * java.util.concurrent.CompletionStage} responds when the stage completes.
     *
     * @return one registration per method
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    <S> List<Registration> register(Class<S> service, S implementation);

    /**
     * Registers the handler of {@code rpc.login}. A result of {@code true}, and no other value, authenticates the socket.
     *
     * @param handler the client receives its result unchanged
     */
    <P> Registration authenticate(Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler);

    /**
     * Declares an event, so that clients can subscribe.
     *
     * @throws IllegalArgumentException if the event is already declared
     */
    Registration event(String name);

    /** Returns the names of the declared events, in the order of their declaration. */
    List<String> eventList();

    /**
     * Sends an event to its subscribers, encoded once per codec. An undeclared event is not sent.
     *
     * <p>A namespace sends the arguments as an array. A server sends the event in every namespace that declares it; like the npm
     * package, it sends a single object or array as the parameters themselves, and everything else as an array.
     *
     * @return number of sockets whose queue has accepted the event
     * @throws IllegalArgumentException if an argument is a {@code Class} or a {@code TypeRef}
     */
    int emit(String event, @Nullable Object... args);
}
