package io.heliograph.realtime.session;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.WireErrors;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Future of an outgoing request. Completes on the executor, or on the settling thread without an executor.
 *
 * @param <T> type of the response
 */
public class Call<T> extends BlockableFuture<T> {

    public final String event;
    public final Duration timeout;
    private final TypeRef<T> type;
    private final @Nullable Executor executor;
    private final Cancellation cancellation;

    // Fields of PendingCalls. Event loop only.
    long id;
    long deadline;
    boolean pending;

    @Nullable
    Call<?> nextInSlot;

    @Nullable
    Call<?> earlier;

    @Nullable
    Call<?> later;

    /** Called when the caller cancels a call. Thread-safe. */
    public interface Cancellation {
        void cancelled(Call<?> call);
    }

    /**
     * @param event name of the procedure, for errors
     * @param timeout time limit of the response
     */
    public Call(
            String event, TypeRef<T> type, Duration timeout, @Nullable Executor executor, Cancellation cancellation) {
        this.event = event;
        this.type = type;
        this.timeout = timeout;
        this.executor = executor;
        this.cancellation = cancellation;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            cancellation.cancelled(this);
        }
        return cancelled;
    }

    /** Completes the call with a response. Event loop only. */
    protected void settle(Payload data, Payload error) {
        run(() -> respond(data, error));
    }

    public final void fail(Throwable cause) {
        run(() -> completeExceptionally(cause));
    }

    private void run(Runnable completion) {
        if (executor == null) {
            completion.run();
        } else {
            executor.execute(completion);
        }
    }

    private void respond(Payload data, Payload error) {
        try {
            Throwable failure = WireErrors.rehydrate(error);
            if (failure != null) {
                completeExceptionally(failure);
            } else {
                complete(value(data));
            }
        } catch (CodecException e) {
            completeExceptionally(new InvalidMessageException(
                    "the response of " + event + " is not a " + type + ": " + e.getMessage(), e));
        }
    }

    /** Casts a response, which may be null. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a payload is a Payload
    private T value(Payload data) {
        return type.type() == Payload.class ? (T) data : data.as(type);
    }
}
