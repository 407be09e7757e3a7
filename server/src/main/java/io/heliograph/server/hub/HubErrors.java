package io.heliograph.server.hub;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.exchange.BrokerException;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Printable;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Errors of the hub, with their names and their JSON-RPC codes. */
public final class HubErrors {

    public static final int PROCEDURE_NOT_FOUND = -32601;
    public static final int INVALID_ARGUMENTS = -32602;
    public static final int FAILED = -32000;
    public static final int TIMEOUT = -32001;
    public static final int ENGINE = -32002;
    public static final int CLOSING = -32003;
    public static final int CALL_DENIED = -32605;
    public static final int SUBSCRIPTION_DENIED = -32606;

    private HubErrors() {}

    public static CallException procedureNotFound(String procedure) {
        return CallException.of(
                        "ProcedureNotFoundError",
                        "procedure: '" + Printable.of(procedure, 100) + "' (expected: a registered procedure)")
                .code(PROCEDURE_NOT_FOUND);
    }

    public static CallException notAllowed(HubAction action, String name, String reason) {
        boolean subscription = action == HubAction.SUBSCRIBE || action == HubAction.HISTORY;
        return CallException.of(
                        "NotAllowedError",
                        word(action) + ": '" + Printable.of(name, 100) + "' is not allowed"
                                + (reason.isEmpty() ? "" : ": " + reason))
                .code(subscription ? SUBSCRIPTION_DENIED : CALL_DENIED);
    }

    private static String word(HubAction action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    public static CallException invalidArguments(String message) {
        return CallException.of("InvalidArgumentsError", message).code(INVALID_ARGUMENTS);
    }

    static CallException invalidToken(String name, String message) {
        return CallException.of(name, message).code(CALL_DENIED);
    }

    static CallException timeout(String procedure) {
        return CallException.of(
                        "TimeoutError", "procedure: '" + Printable.of(procedure, 100) + "' has not ended in time")
                .code(TIMEOUT);
    }

    public static CallException closing() {
        return CallException.of("ServerClosingError", "the server is closing").code(CLOSING);
    }

    /** Error of a procedure whose exception the caller must not see. */
    static CallException failed() {
        return CallException.of("Error", "the procedure has failed").code(FAILED);
    }

    /** Error of a filter of publications whose exception the publisher must not see. */
    static CallException publicationFailed() {
        return CallException.of("Error", "the publication has failed").code(FAILED);
    }

    /** Returns an error as clients see it, in the protocols that have no form of their own. */
    public static Map<String, Object> describe(CallException failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("name", failure.errorName());
        error.put("message", failure.getMessage());
        error.put("code", failure.code());
        Object data = failure.data();
        if (data != null) {
            error.put("data", data);
        }
        return error;
    }

    /** Returns the error for a failure of the exchange or of the hub. */
    public static CallException of(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (failure instanceof CallException error) {
            return error;
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof CodecException || failure instanceof IllegalArgumentException) {
            return invalidArguments(message).cause(failure);
        }
        if (failure instanceof QueueFullException || failure instanceof BrokerException) {
            return CallException.of("EngineError", message).code(ENGINE).cause(failure);
        }
        if (failure instanceof ClosedException) {
            return closing().cause(failure);
        }
        if (failure instanceof DeadlineExceededException) {
            return CallException.of("TimeoutError", message).code(TIMEOUT).cause(failure);
        }
        return failed().cause(failure);
    }
}
