package io.heliograph.rpc.server;

import io.heliograph.rpc.spi.RpcReply;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Call that a backend answers. Thread-safe. */
final class BackendCall implements RpcReply {

    private final BackendSession backend;
    private final Request request;
    private final String method;
    private final int size;
    private final AtomicBoolean answered = new AtomicBoolean();

    /** @param size length of the message; 0 if its batch counts it */
    BackendCall(BackendSession backend, Request request, String method, int size) {
        this.backend = backend;
        this.request = request;
        this.method = method;
        this.size = size;
    }

    @Override
    public void succeed(@Nullable Object result) {
        respond("result", result);
    }

    @Override
    public void fail(int code, String message, @Nullable Object data) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", message);
        error.put("data", data);
        respond("error", error);
    }

    private void respond(String key, @Nullable Object value) {
        if (answered.compareAndSet(false, true)) {
            request.respond(request.response("method=" + method, key, value));
            backend.ended(this, size);
        }
    }

    /** Answers a call that the backend has not processed because it failed. */
    void abandon() {
        if (answered.compareAndSet(false, true)) {
            request.respond(request.isNotification() ? null : request.error(ErrorCode.INTERNAL_ERROR, null));
            backend.ended(this, size);
        }
    }
}
