package io.heliograph.rpc;

import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Printable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Error of a response. A handler throws it to respond with the error; a call whose response is an error fails with it.
 *
 * <p>An error is usually an object with {@code code}, {@code message} and {@code data}. A JavaScript server may respond with any
 * other value: then {@link #code()} is 0, the message is the value's string form, and {@link #error()} is the value.
 */
public final class RpcException extends HeliographException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_CHARS = 2000;

    private final int code;
    private final transient @Nullable Object data;
    private final transient @Nullable Object error;

    /**
     * Creates an error without data; the data is sent as null.
     *
     * @param code -32000 to -32099 are reserved for applications
     * @param message visible to the peer
     */
    public RpcException(int code, String message) {
        this(code, message, null);
    }

    /**
     * Creates an error.
     *
     * @param code -32000 to -32099 are reserved for applications
     * @param message visible to the peer
     * @param data any value that the codec can encode, visible to the peer
     */
    public RpcException(int code, String message, @Nullable Object data) {
        this(code, message, data, object(code, message, data));
    }

    private RpcException(int code, String message, @Nullable Object data, @Nullable Object error) {
        super(message, null);
        this.code = code;
        this.data = data;
        this.error = error;
    }

    /**
     * Creates an error that is any value, as JavaScript may throw: {@code "error": value}. Clients of the npm package treat null,
     * false, 0 and the empty string as success.
     */
    public static RpcException raw(@Nullable Object value) {
        return new RpcException(0, String.valueOf(value), null, value);
    }

    /** Returns the exception for the error member of a response. */
    public static RpcException of(Payload error) {
        Object value = error.value();
        if (!(value instanceof Map<?, ?> members)) {
            return new RpcException(0, String.valueOf(value), null, value);
        }
        int code = members.get("code") instanceof Number number ? number.intValue() : 0;
        Object message = members.get("message");
        return new RpcException(code, Objects.toString(message, error.text()), members.get("data"), value);
    }

    private static Map<String, @Nullable Object> object(int code, String message, @Nullable Object data) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("code", code);
        members.put("message", message);
        members.put("data", data);
        return members;
    }

    /** Returns the message for logs and terminals, which {@link #toString()} and stack traces contain: escapes what a peer has sent. */
    @Override
    public String getLocalizedMessage() {
        return Printable.of(String.valueOf(getMessage()), MAX_CHARS);
    }

    public int code() {
        return code;
    }

    /** Returns the data, on a client as the codec decodes it; null also if the error has no data. */
    public @Nullable Object data() {
        return data;
    }

    /** Returns the error as sent: a map of code, message and data, or any other value. */
    public @Nullable Object error() {
        return error;
    }
}
