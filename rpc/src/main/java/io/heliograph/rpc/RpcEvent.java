package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event received from a server, decoded on demand. Thread-safe. */
public interface RpcEvent {

    String name();

    /** Returns the parameters as received; the payload is absent if the parameters are null or missing. */
    Payload params();

    /**
     * Returns the arguments that a listener of the npm package receives: each element of an array, or a single object or string.
     * An empty array, object or string, and a number, have no arguments.
     *
     * @throws CodecException if there are more than 65,536 arguments
     */
    List<Payload> args();

    /**
     * Decodes the event as one value: the only argument, or several arguments as a list or as the components of a record.
     *
     * @return null if there are no arguments
     * @throws CodecException if the event cannot be decoded as the type
     */
    <T> @Nullable T as(TypeRef<T> type);

    /** Decodes the event as {@link #as(TypeRef)} does. */
    default <T> @Nullable T as(Class<T> type) {
        return as(TypeRef.of(type));
    }
}
