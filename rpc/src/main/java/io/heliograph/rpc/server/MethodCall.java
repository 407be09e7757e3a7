package io.heliograph.rpc.server;

import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.binding.MethodInvoker.InvalidParamsException;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Call of a handler, from its parameters to its response. */
final class MethodCall extends SerialExecutor.Task implements Runnable {

    private final Request request;
    private final RegisteredMethod method;
    private final @Nullable Frame params;
    private final int size;

    /**
     * Creates a call.
     *
     * @param size length of the message
     */
    MethodCall(Request request, RegisteredMethod method, @Nullable Frame params, int size) {
        this.request = request;
        this.method = method;
        this.params = params;
        this.size = size;
    }

    @Override
    public void run() {
        Object result;
        try {
            result = method.invoker.invoke(request.dialect(), params, request.session());
        } catch (Throwable failure) {
            fail(failure);
            return;
        }
        if (result instanceof CompletionStage<?> stage) {
            stage.whenComplete((value, failure) -> {
                if (failure == null) {
                    succeed(value);
                } else {
                    fail(failure);
                }
            });
        } else {
            succeed(result);
        }
    }

    private void succeed(@Nullable Object result) {
        if (!request.isNotification()
                && Boolean.TRUE.equals(result)
                && method.name().equals(Namespace.LOGIN)) {
            request.session().authenticate();
        }
        respond("result", result);
    }

    private void fail(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof InvalidParamsException) {
            // A check before the handler runs: the npm package answers it even for a notification.
            request.reject(ErrorCode.INVALID_PARAMS, failure.getMessage());
            complete();
            return;
        }
        if (failure instanceof RpcException chosen) {
            if (request.isNotification()) {
                // Nobody receives the error.
                request.session().handlerFailed(method.name(), failure);
            }
            respond("error", chosen.error());
        } else {
            request.session().handlerFailed(method.name(), failure);
            respond("error", describe(failure));
        }
    }

    private void respond(String key, @Nullable Object value) {
        request.respond(request.isNotification() ? null : request.response("method=" + method.name(), key, value));
        complete();
    }

    private void complete() {
        if (!method.builtIn && request.batch() == null) {
            request.session().work().ended(size);
        }
    }

    /** Returns the error that a client receives for an exception. */
    private Map<String, Object> describe(Throwable failure) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", ErrorCode.SERVER_ERROR);
        if (request.session().protocol().exposeErrors()) {
            members.put("message", name(failure));
            members.put("data", failure.getMessage() == null ? "" : failure.getMessage());
        } else {
            members.put("message", "Error");
        }
        return members;
    }

    private static String name(Throwable failure) {
        Class<?> type = failure.getClass();
        boolean generic = type == Exception.class || type == RuntimeException.class || type == Error.class;
        return generic || type.getSimpleName().isEmpty() ? "Error" : type.getSimpleName();
    }
}
