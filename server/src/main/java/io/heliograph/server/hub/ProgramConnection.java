package io.heliograph.server.hub;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.server.Principal;
import io.heliograph.transport.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The program that owns the hub, as the caller of procedures. */
final class ProgramConnection {

    private final HubCore core;
    private final EndpointLifecycle lifecycle;
    private volatile @Nullable HubConnection connection;

    ProgramConnection(HubCore core, EndpointLifecycle lifecycle) {
        this.core = core;
        this.lifecycle = lifecycle;
    }

    CompletableFuture<@Nullable Object> call(String procedure, Payload argument) {
        CompletableFuture<@Nullable Object> called = new CompletableFuture<>();
        HubConnection caller;
        try {
            caller = connection();
        } catch (IllegalStateException notRunning) {
            return CompletableFuture.failedFuture(HubErrors.closing());
        }
        caller.loop()
                .executeOrRun(() -> caller.call(procedure, argument, (result, failure) -> {
                    if (failure == null) {
                        called.complete(result);
                    } else {
                        called.completeExceptionally(failure);
                    }
                }));
        return called;
    }

    private synchronized HubConnection connection() {
        HubConnection present = connection;
        if (present == null) {
            EventLoop loop = lifecycle.loop();
            HubListener none = new HubListener(
                    new ListenerOptions("program", "program:", List.of(), false, false, (hub, listener) -> {
                        throw new IllegalStateException("no binding");
                    }));
            Principal principal = new Principal("program", Principal.Source.PROGRAM, true, Set.of(), Map.of());
            present = new HubConnection(core, none, new NoPeer(loop), "program", "program", principal);
            connection = present;
        }
        return present;
    }

    private record NoPeer(EventLoop loop) implements HubPeer {

        @Override
        public void send(String name, Payload data) {}

        @Override
        public void kickOut(String channel, String reason) {}

        @Override
        public void close(String reason) {}
    }
}
