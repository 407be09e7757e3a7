package io.heliograph.rpc;

import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error as it crosses the wire: thrown by a handler it is the answer, and a call that was answered with an error fails with it.
 *
 * <p>An error is commonly an object of {@code code}, {@code message} and {@code data}. A JavaScript server may answer with any
 * other value: then {@link #code()} is 0, the message is its text, and {@link #error()} is the value.
 */
public final class RpcException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient @Nullable Object data;
    private final transient @Nullable Object error;

    /**
     * An error without data, which is written as null.
     *
     * @param code what the peer tells errors apart by; -32000 to -32099 are meant for applications
     * @param message in words, for the peer to see
     */
    public RpcException(int code, String message) {
        this(code, message, null);
    }

    /**
     * An error.
     *
     * @param code what the peer tells errors apart by; -32000 to -32099 are meant for applications
     * @param message in words, for the peer to see
     * @param data whatever the codec can write, for the peer to see
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
     * An error that is any value, as one that JavaScript throws: {@code "error": value}. Clients of the npm package take a null,
     * false, 0 or empty string for success.
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

    public int code() {
        return code;
    }

    /** The data; on a client as the codec reads it by itself. Null also where there is none. */
    public @Nullable Object data() {
        return data;
    }

    /** The whole error: a map of code, message and data, or whatever it is. */
    public @Nullable Object error() {
        return error;
    }
}
