package io.heliograph.rpc.client;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.MalformedResponseException;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.wire.Dialect;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** A call without a response yet. */
final class PendingCall<T extends @Nullable Object> extends BlockableFuture<T> {

    private static final String MALFORMED =
            "Server response malformed. Response must include either \"result\" or \"error\", but not both.";

    private final Object key;
    private final Type type;
    private final ClientCalls calls;
    private volatile @Nullable SilenceTimer timer;
    private volatile @Nullable ClientConnection sender;

    PendingCall(Object key, Type type, ClientCalls calls) {
        this.key = key;
        this.type = type;
        this.calls = calls;
    }

    Object key() {
        return key;
    }

    void timer(SilenceTimer created) {
        timer = created;
    }

    @Nullable
    SilenceTimer timer() {
        return timer;
    }

    /** Records the connection that sends the call. */
    void sender(ClientConnection connection) {
        sender = connection;
    }

    boolean isSent() {
        return sender != null;
    }

    boolean isSentBy(ClientConnection connection) {
        return connection.equals(sender);
    }

    /** Removes the call from the pending calls; returns false if another thread has removed it. */
    boolean remove() {
        return calls.remove(this);
    }

    /** Fails the call; a later response is ignored. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        remove();
        return super.cancel(mayInterruptIfRunning);
    }

    /** Completes the call with the members of a response. Runs where listeners run. */
    void complete(Dialect dialect, @Nullable Frame result, @Nullable Frame error) {
        try {
            if (result != null && error == null) {
                complete(decode(dialect, result));
            } else if (error != null && result == null) {
                completeExceptionally(
                        dialect.isFalsy(error)
                                ? new MalformedResponseException("the error of the response is empty")
                                : RpcException.of(Payload.of(dialect.codec(), error)));
            } else {
                completeExceptionally(new MalformedResponseException(MALFORMED));
            }
        } catch (RuntimeException e) {
            completeExceptionally(e);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // decoded as the type
    private T decode(Dialect dialect, Frame result) {
        if (type == Payload.class) {
            return (T) Payload.of(dialect.codec(), result);
        }
        return (T) (type == Void.class || type == void.class ? null : dialect.decode(result, type));
    }
}
