package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** One call of a handler, from its parameters to its answer. */
final class Call extends SerialExecutor.Task implements Runnable {

    private final ServerSession session;
    private final Dialect dialect;
    private final Method method;
    private final @Nullable Frame params;
    private final boolean version;
    private final @Nullable Frame id;
    private final @Nullable Batch batch;

    /**
     * @param version whether the answer says {@code jsonrpc}
     * @param id null for a notification
     * @param batch what it is a part of, or null
     */
    Call(
            ServerSession session,
            Dialect dialect,
            Method method,
            @Nullable Frame params,
            boolean version,
            @Nullable Frame id,
            @Nullable Batch batch) {
        this.session = session;
        this.dialect = dialect;
        this.method = method;
        this.params = params;
        this.version = version;
        this.id = id;
        this.batch = batch;
    }

    @Override
    public void run() {
        Object result;
        try {
            result = method.invoker.invoke(dialect, params, session);
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
        if (id == null) {
            done(null);
            return;
        }
        if (Boolean.TRUE.equals(result) && method.name().equals(Namespace.LOGIN)) {
            session.authenticate();
        }
        Frame answer;
        try {
            answer = dialect.response(version, "result", result, dialect.echo(id));
        } catch (RuntimeException | StackOverflowError e) {
            session.unencodable(e);
            answer = session.error(dialect, version, ErrorCode.INTERNAL_ERROR, null, id);
        }
        done(answer);
    }

    private void fail(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        if (failure instanceof Method.InvalidParamsException) {
            // A check that is made before the handler runs is answered also to a notification.
            done(
                    id == null && session.isStrict()
                            ? null
                            : session.error(dialect, version, ErrorCode.INVALID_PARAMS, failure.getMessage(), id));
            return;
        }
        if (!(failure instanceof RpcException)) {
            session.report(failure);
        }
        if (id == null) {
            done(null);
            return;
        }
        Frame answer;
        try {
            answer = dialect.response(version, "error", session.describe(failure), dialect.echo(id));
        } catch (CodecException e) {
            session.unencodable(e);
            answer = session.error(dialect, version, ErrorCode.INTERNAL_ERROR, null, id);
        }
        done(answer);
    }

    private void done(@Nullable Frame answer) {
        session.answer(batch, answer);
        session.finished();
    }
}
