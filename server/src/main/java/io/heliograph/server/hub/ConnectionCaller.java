package io.heliograph.server.hub;

import io.heliograph.codec.Payload;
import io.heliograph.server.HubAction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls of one connection: the procedure, the permission and the deadline. Event loop only. */
final class ConnectionCaller {

    private final HubConnection connection;

    ConnectionCaller(HubConnection connection) {
        this.connection = connection;
    }

    /** As {@link HubConnection#call}, for a valid name. */
    CompletionStage<Void> call(String procedure, Payload argument, @Nullable Outcome<Object> outcome) {
        HubCore core = connection.core();
        if (procedure.startsWith(ProcedureRegistry.RESERVED)) {
            return withRoom(
                    core.builtIns().call(connection, procedure, argument, started(procedure, argument, outcome)));
        }
        ProcedureRegistry.Registered target = core.procedures().find(procedure);
        if (target == null) {
            core.counters().callUnknown();
            HubConnection.fail(outcome, HubErrors.procedureNotFound(procedure));
            return HubConnection.PROCEED;
        }
        if (connection.calls().areRefused()) {
            HubConnection.fail(outcome, HubErrors.closing());
            return HubConnection.PROCEED;
        }
        return withRoom(connection.whenAllowed(
                HubAction.CALL, procedure, outcome, () -> core.run(started(procedure, argument, outcome), target)));
    }

    /** Returns a stage that completes after another one, when a further call may start. */
    private CompletionStage<Void> withRoom(CompletionStage<Void> decided) {
        CompletableFuture<Void> room = connection.calls().room();
        return room == null ? decided : decided.thenCombine(room, (first, second) -> null);
    }

    private ActiveCall started(String procedure, Payload argument, @Nullable Outcome<Object> outcome) {
        long now = connection.loop().nanoTime();
        long deadline = now + connection.core().options().callTimeout().toNanos();
        ActiveCall call = new ActiveCall(connection, procedure, argument, now, deadline, outcome);
        connection.calls().add(call);
        connection.core().counters().callStarted();
        return call;
    }
}
