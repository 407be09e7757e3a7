package io.heliograph.server.hub;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Drain of one connection: the answers of its running calls, then its close. Event loop of the connection only. */
final class ConnectionDrain {

    private final HubConnection connection;
    private final ReconnectHint hint;
    private boolean ending;

    ConnectionDrain(HubConnection connection, ReconnectHint hint) {
        this.connection = connection;
        this.hint = hint;
    }

    /**
     * Begins. Calls that arrive from now on are refused.
     *
     * @param grace time of the running calls, which fail with {@code ServerClosingError} then
     */
    void begin(Duration grace) {
        connection.calls().refuse();
        CompletableFuture.allOf(connection.calls().idle(), connection.peer().answered())
                .whenComplete((answered, failure) -> connection.onLoop(this::end));
        if (!ending) {
            connection.loop().schedule(grace, () -> {
                connection.calls().failAll();
                connection.loop().executeOrRun(this::end); // after the answers, which may be tasks of the loop
            });
        }
    }

    private void end() {
        if (!ending && !connection.isClosed()) {
            ending = true;
            connection.peer().end(hint);
        }
    }
}
