package io.heliograph.channel.message;

import io.heliograph.channel.RequestFailedException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Printable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Payload of a failed request: a string, or an object with the members {@code name}, {@code message}, {@code code} and {@code data}. */
final class FailurePayload {

    private static final String DEFAULT_NAME = "Error";

    private FailurePayload() {}

    /** Returns the value to encode: the message alone if the failure has no other details. */
    static Object encode(RequestFailedException failure) {
        String message = String.valueOf(failure.getMessage());
        Object data = failure.data();
        if (data == null && failure.code().isEmpty() && failure.name().equals(DEFAULT_NAME)) {
            return message;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", failure.name());
        members.put("message", message);
        failure.code().ifPresent(code -> members.put("code", code));
        if (data != null) {
            members.put("data", data instanceof Payload payload ? payload.value() : data);
        }
        return members;
    }

    static RequestFailedException decode(Payload failure) {
        Object value;
        try {
            value = failure.value();
        } catch (CodecException e) {
            return new RequestFailedException("the handler failed with a reason that is not JSON");
        }
        if (!(value instanceof Map<?, ?> members)) {
            return new RequestFailedException(Printable.of(String.valueOf(value)));
        }
        return new RequestFailedException(
                members.get("name") instanceof String name ? Printable.of(name) : DEFAULT_NAME,
                Printable.of(String.valueOf(members.get("message"))),
                code(members.get("code")),
                members.get("data"));
    }

    private static @Nullable Integer code(@Nullable Object code) {
        return code instanceof Number number && number.intValue() == number.doubleValue() ? number.intValue() : null;
    }
}
