package io.heliograph.rpc.server;

import io.heliograph.endpoint.PendingPublications;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcSubscription;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Subscription to an event of a backend, from its request to its end. Event loop only. */
final class BackendSubscription implements RpcSubscription {

    private final BackendSession backend;
    private final SubscriptionRequest request;
    private final String event;
    private final @Nullable String since;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>(0);
    private long heldBytes;
    private boolean settled;
    private boolean answered;
    private boolean ended;

    BackendSubscription(BackendSession backend, SubscriptionRequest request, String event, @Nullable String since) {
        this.backend = backend;
        this.request = request;
        this.event = event;
        this.since = since;
    }

    @Override
    public String event() {
        return event;
    }

    @Override
    public @Nullable String since() {
        return since;
    }

    // ---- outcome

    @Override
    public void accept() {
        accepted(null);
    }

    @Override
    public void accept(String position, @Nullable Boolean recovered, @Nullable String reason) {
        Map<String, Object> recovery = new LinkedHashMap<>();
        recovery.put("position", position);
        if (recovered != null) {
            recovery.put("recovered", recovered);
        }
        if (reason != null) {
            recovery.put("reason", reason);
        }
        accepted(recovery);
    }

    private void accepted(@Nullable Map<String, Object> recovery) {
        if (settled) {
            return;
        }
        settled = true;
        if (ended) {
            backend.unsubscribe(this); // the client has unsubscribed, or the request was forbidden
        }
        request.settled(this, "ok", recovery);
    }

    @Override
    public void reject(String status) {
        if (!settled) {
            settled = true;
            end();
            request.settled(this, status, null);
        }
    }

    @Override
    public void forbid(int code, String message, @Nullable Object data) {
        if (!settled) {
            settled = true;
            end();
            request.forbidden(code, message, data);
        }
    }

    /** Sends the events that preceded the answer. */
    void answered() {
        answered = true;
        while (!held.isEmpty()) {
            held.remove().run();
        }
    }

    // ---- events

    @Override
    public boolean publish(Frame frame, @Nullable String position) {
        if (ended) {
            return false;
        }
        if (answered) {
            return backend.publish(event, frame, position);
        }
        heldBytes += frame.length();
        if (heldBytes > backend.maxQueuedBytes()) {
            backend.closeSlowConsumer();
            return false;
        }
        held.add(() -> backend.publish(event, frame, position));
        return true;
    }

    @Override
    public boolean isBehind() {
        return !ended && (!answered || PendingPublications.isBehind(backend.queuedBytes(), backend.maxQueuedBytes()));
    }

    @Override
    public void gap(String position, String reason) {
        if (answered && !ended) {
            backend.gap(event, position, reason);
        } else if (!ended) {
            held.add(() -> backend.gap(event, position, reason));
        }
    }

    // ---- end

    /** Ends the subscription of a closed connection. */
    void abandon() {
        ended = true;
        held.clear();
        request.abandon();
    }

    @Override
    public void end() {
        if (!ended) {
            ended = true;
            held.clear();
            backend.forget(this);
        }
    }

    /** Ends the subscription for the client. */
    void unsubscribe() {
        boolean accepted = settled && !ended;
        end();
        if (accepted) {
            backend.unsubscribe(this);
        }
    }
}
