package io.heliograph.server.hub;

import io.heliograph.internal.Failures;
import io.heliograph.server.ApiKey;
import io.heliograph.server.Authority;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides about actions by the authority of the hub, or by the default permissions. Thread-safe. */
final class Access {

    /** The decision that allows an action; complete. */
    static final CompletableFuture<Void> ALLOWED = CompletableFuture.completedFuture(null);

    private volatile @Nullable Authority authority;
    private volatile Duration timeout;
    private final HubCounters counters;
    private final Consumer<Throwable> onFailure;

    /**
     * @param timeout time limit of a deferred decision
     * @param onFailure receives the exceptions of the authority
     */
    Access(@Nullable Authority authority, Duration timeout, HubCounters counters, Consumer<Throwable> onFailure) {
        this.authority = authority;
        this.timeout = timeout;
        this.counters = counters;
        this.onFailure = onFailure;
    }

    /** Replaces the authority, for later decisions. */
    void replace(@Nullable Authority authority, Duration timeout) {
        this.authority = authority;
        this.timeout = timeout;
    }

    /** Returns the decision: {@link #ALLOWED}, failed with a {@link CallException}, or incomplete. */
    CompletableFuture<Void> decide(HubListener listener, Principal who, HubAction action, String name) {
        Authority deciding = authority;
        if (deciding == null) {
            return isAllowedByDefault(listener, who, action) ? allowed(action) : denied(action, name, reason(who));
        }
        try {
            return settle(deciding.may(who, action, name), action, name);
        } catch (Throwable failure) {
            return failed(action, name, failure);
        }
    }

    private CompletableFuture<Void> settle(Permission permission, HubAction action, String name) {
        return switch (permission) {
            case Permission.Allowed allowed -> allowed(action);
            case Permission.Denied denied -> denied(action, name, denied.reason());
            case Permission.Deferred deferred ->
                deferred.decision()
                        .<Permission>thenApply(decision -> decision)
                        .toCompletableFuture()
                        .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                        .handle((decision, failure) ->
                                failure == null ? settle(decision, action, name) : failed(action, name, failure))
                        .thenCompose(decided -> decided);
        };
    }

    private CompletableFuture<Void> failed(HubAction action, String name, Throwable failure) {
        onFailure.accept(Failures.unwrap(failure));
        return denied(action, name, "");
    }

    private CompletableFuture<Void> allowed(HubAction action) {
        counters.allowed(action);
        return ALLOWED;
    }

    private CompletableFuture<Void> denied(HubAction action, String name, String reason) {
        counters.denied(action);
        return CompletableFuture.failedFuture(HubErrors.notAllowed(action, name, reason));
    }

    private static boolean isAllowedByDefault(HubListener listener, Principal who, HubAction action) {
        if (who.local() || who.source() == Principal.Source.PROGRAM) {
            return true;
        }
        return switch (action) {
            case CONNECT, SUBSCRIBE, HISTORY -> true;
            case PUBLISH, CALL -> listener.isLoopback() || who.isAuthenticated();
            case PRESENCE -> who.isAuthenticated();
            case VIEW -> false;
            case MANAGE ->
                who.source() == Principal.Source.API_KEY && who.roles().contains(ApiKey.MANAGE);
        };
    }

    private static String reason(Principal who) {
        return who.isAuthenticated() ? "" : "log in first";
    }
}
