package io.heliograph.server.hub;

import io.heliograph.codec.Payload;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Principal;
import io.heliograph.server.stats.CallOutcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Call that has started and is not answered. Thread-safe. */
final class ActiveCall implements Call {

    private final HubConnection connection;
    private final String procedure;
    private final Payload payload;
    private final Principal principal;
    private final long begun;
    private final long deadline;
    private final @Nullable Outcome<Object> outcome;
    private final AtomicBoolean ended = new AtomicBoolean();

    // Neighbors in the list of the connection. Guarded by the list.
    @Nullable
    ActiveCall previous;

    @Nullable
    ActiveCall next;

    /**
     * @param begun time of the start, in the time of the connection's event loop
     * @param deadline time of the end at the latest
     * @param outcome receives the result; null for a one-way call
     */
    ActiveCall(
            HubConnection connection,
            String procedure,
            Payload payload,
            long begun,
            long deadline,
            @Nullable Outcome<Object> outcome) {
        this.connection = connection;
        this.procedure = procedure;
        this.payload = payload;
        this.principal = connection.principal();
        this.begun = begun;
        this.deadline = deadline;
        this.outcome = outcome;
    }

    @Override
    public String procedure() {
        return procedure;
    }

    @Override
    public Payload payload() {
        return payload;
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public HubConnection connection() {
        return connection;
    }

    @Override
    public boolean isOneWay() {
        return outcome == null || outcome.isOneWay();
    }

    long deadline() {
        return deadline;
    }

    @Override
    public Duration remaining() {
        long left = deadline - connection.loop().nanoTime();
        return ended.get() || left < 0 ? Duration.ZERO : Duration.ofNanos(left);
    }

    @Override
    public boolean isCancelled() {
        return ended.get();
    }

    @Override
    public void authenticate(Principal principal) {
        connection.authenticate(principal);
    }

    @Override
    public void deauthenticate() {
        connection.deauthenticate();
    }

    /** Ends the call without a result, because its connection has closed. */
    void cancel() {
        if (ended.compareAndSet(false, true)) {
            count(CallOutcome.CLOSED);
            if (outcome != null) {
                outcome.complete(null, HubErrors.closing());
            }
            connection.calls().answered();
        }
    }

    private void count(CallOutcome outcome) {
        connection
                .core()
                .counters()
                .callEnded(
                        procedure,
                        connection.protocol(),
                        outcome,
                        connection.loop().nanoTime() - begun);
    }

    /** Answers the call once; later answers have no effect. Removes it from the active calls. */
    void complete(@Nullable Object result, @Nullable CallException failure) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        connection.calls().remove(this);
        count(
                failure == null
                        ? CallOutcome.OK
                        : failure.code() == HubErrors.TIMEOUT ? CallOutcome.TIMEOUT : CallOutcome.ERROR);
        try {
            answer(result, failure);
        } finally {
            connection.calls().answered();
        }
    }

    private void answer(@Nullable Object result, @Nullable CallException failure) {
        if (outcome == null) {
            return;
        }
        try {
            outcome.complete(result, failure);
        } catch (RuntimeException notEncoded) {
            connection.core().userCode("procedure=" + procedure(), connection.id(), notEncoded);
            if (failure == null) {
                outcome.complete(null, HubErrors.failed());
            }
        }
    }
}
