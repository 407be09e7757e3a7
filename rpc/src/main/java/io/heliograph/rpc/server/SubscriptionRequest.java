package io.heliograph.rpc.server;

import io.heliograph.rpc.wire.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Request for subscriptions of which some are events of the backend. Passes these to the backend one after another, and responds when
 * all are settled. Event loop only.
 */
final class SubscriptionRequest {

    private final BackendSession backend;
    private final Request request;

    // In the order of the request; the value of an unsettled event is a placeholder.
    private final Map<String, String> statuses;
    private final Map<String, Object> recoveries = new LinkedHashMap<>();
    private final List<BackendSubscription> subscriptions = new ArrayList<>();
    private int next;
    private int unsettled;
    private boolean answered;

    SubscriptionRequest(BackendSession backend, Request request, Map<String, String> statuses) {
        this.backend = backend;
        this.request = request;
        this.statuses = statuses;
    }

    boolean has(BackendSubscription subscription) {
        return subscriptions.contains(subscription);
    }

    BackendSubscription add(String event, @Nullable String since) {
        BackendSubscription added = new BackendSubscription(backend, this, event, since);
        subscriptions.add(added);
        statuses.put(event, "");
        unsettled++;
        return added;
    }

    /** Passes subscriptions to the backend until one has to wait for a decision. */
    void run() {
        while (next < subscriptions.size() && !answered) {
            CompletionStage<Void> decision = backend.subscribe(subscriptions.get(next++));
            if (backend.waits(decision, this::run)) {
                return;
            }
        }
        respondIfSettled();
    }

    void settled(BackendSubscription subscription, String status, @Nullable Map<String, Object> recovery) {
        statuses.put(subscription.event(), status);
        if (recovery != null) {
            recoveries.put(subscription.event(), recovery);
        }
        unsettled--;
        respondIfSettled();
    }

    private void respondIfSettled() {
        if (unsettled > 0 || answered) {
            return;
        }
        answered = true;
        request.subscribed(Namespace.SUBSCRIBE, statuses, recoveries);
        subscriptions.forEach(BackendSubscription::answered);
    }

    void forbidden(int code, String message, @Nullable Object data) {
        if (answered) {
            return;
        }
        answered = true;
        subscriptions.forEach(BackendSubscription::unsubscribe);
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", message);
        if (data != null) {
            error.put("data", data);
        }
        request.reject(error);
    }

    /** Ends the request of a closed connection. */
    void abandon() {
        if (!answered) {
            answered = true;
            request.reject(ErrorCode.INTERNAL_ERROR, null);
        }
    }
}
