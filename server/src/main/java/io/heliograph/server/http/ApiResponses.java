package io.heliograph.server.http;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.http.HttpResponse;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.HubErrors;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Responses of the HTTP API. */
final class ApiResponses {

    private static final String JSON = "application/json";

    /** Status of an error that a procedure has chosen itself. */
    private static final int PROCEDURE_ERROR = 422;

    private final Codec codec;
    private final int maxBytes;

    /** @param maxBytes limit of a body */
    ApiResponses(Codec codec, int maxBytes) {
        this.codec = codec;
        this.maxBytes = maxBytes;
    }

    /** Returns a response with one member, or with the value itself if the name is null. */
    HttpResponse ok(@Nullable String name, @Nullable Object value) {
        FrameBuilder body = new FrameBuilder(maxBytes);
        if (name != null) {
            body.writeAscii("{\"" + name + "\":");
        }
        if (value instanceof Payload payload && payload.isPresent()) {
            payload.writeTo(codec, body);
        } else {
            codec.encode(value instanceof Payload ? null : value, body);
        }
        if (name != null) {
            body.writeAscii("}");
        }
        if (body.isOverLimit()) {
            throw new IllegalStateException(
                    "result: more than " + maxBytes + " bytes (expected: at most maxMessageBytes)");
        }
        return json(200, body.build());
    }

    HttpResponse error(CallException failure) {
        return error(status(failure), failure);
    }

    /** Returns the response to a key or a token that is not valid. */
    HttpResponse unauthorized(CallException failure) {
        return error(401, failure);
    }

    HttpResponse error(int status, String name, String message) {
        return error(status, CallException.of(name, message));
    }

    private HttpResponse error(int status, CallException failure) {
        FrameBuilder body = new FrameBuilder(Integer.MAX_VALUE - 8);
        codec.encode(Map.of("error", HubErrors.describe(failure)), body);
        HttpResponse response = json(status, body.build());
        return status == 401 ? response.withHeader("WWW-Authenticate", "Bearer") : response;
    }

    static HttpResponse json(int status, Frame body) {
        return secured(HttpResponse.of(status, JSON, body));
    }

    /** Adds the fields that keep responses out of caches and of other pages. */
    static HttpResponse secured(HttpResponse response) {
        return response.withHeader("Cache-Control", "no-store")
                .withHeader("X-Content-Type-Options", "nosniff")
                .withHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    private static int status(CallException failure) {
        return switch (failure.code()) {
            case HubErrors.INVALID_ARGUMENTS -> 400;
            case HubErrors.CALL_DENIED, HubErrors.SUBSCRIPTION_DENIED -> 403;
            case HubErrors.PROCEDURE_NOT_FOUND -> 404;
            case HubErrors.ENGINE, HubErrors.CLOSING -> 503;
            case HubErrors.TIMEOUT -> 504;
            default ->
                failure.errorName().equals("Error") && failure.code() == HubErrors.FAILED ? 500 : PROCEDURE_ERROR;
        };
    }
}
