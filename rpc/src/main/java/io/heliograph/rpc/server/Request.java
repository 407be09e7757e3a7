package io.heliograph.rpc.server;

import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A received request or notification, as needed to respond to it. Thread-safe.
 *
 * @param version whether responses carry {@code jsonrpc}
 * @param id null for a notification
 * @param batch null for a request in a message of its own
 */
record Request(
        ServerSession session,
        Dialect dialect,
        boolean version,
        @Nullable Frame id,
        @Nullable Batch batch) {

    boolean isNotification() {
        return id == null;
    }

    /** Sends a response, or adds it to the batch; null completes the request without a response. */
    void respond(@Nullable Frame response) {
        if (batch != null) {
            batch.complete(response);
        } else if (response != null) {
            session.respond(response);
        }
    }

    /** Responds with an error that the protocol defines. */
    void reject(ErrorCode error, @Nullable String data) {
        boolean unidentified = error == ErrorCode.PARSE_ERROR || error == ErrorCode.INVALID_REQUEST;
        boolean silent = id == null && session.protocol().strictNotifications() && !unidentified;
        respond(silent ? null : error(error, data));
    }

    /** Responds with an error that is not one of the protocol's. */
    void reject(Map<String, @Nullable Object> error) {
        boolean silent = id == null && session.protocol().strictNotifications();
        respond(silent ? null : dialect.response(version, "error", error, id));
    }

    /**
     * Responds to a subscription or unsubscription.
     *
     * @param recoveries positions by event, for a client that asks for them; may be empty
     */
    void subscribed(String method, Map<String, String> statuses, Map<String, Object> recoveries) {
        if (isNotification() && session.protocol().strictNotifications()) {
            respond(null);
        } else if (recoveries.isEmpty()) {
            respond(response("method=" + method, "result", statuses));
        } else {
            respond(dialect.recovered(version, statuses, recoveries, id));
        }
    }

    /**
     * Encodes a response; a value that cannot be encoded becomes an internal error.
     *
     * @param what subject of the failure, such as {@code method=sum}
     */
    Frame response(String what, String key, @Nullable Object value) {
        try {
            return dialect.response(version, key, value, id);
        } catch (RuntimeException | Error e) {
            session.encodeFailed(what, e);
            return error(ErrorCode.INTERNAL_ERROR, null);
        }
    }

    Frame error(ErrorCode error, @Nullable String data) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", error.code);
        members.put("message", error.message);
        if (data != null) {
            members.put("data", data);
        }
        return dialect.response(version, "error", members, id);
    }
}
