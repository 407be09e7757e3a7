package io.heliograph.rpc.server;

import io.heliograph.DropReason;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Dialects;
import io.heliograph.rpc.wire.Envelope;
import io.heliograph.rpc.wire.Envelopes;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of one socket: checks each request in the order of the npm package's checks, and starts the call or changes
 * the subscriptions. Event loop only.
 */
final class RequestReader {

    private final ServerCore core;
    private final ServerSession session;
    private final Envelopes envelopes = new Envelopes(Envelope.requestNames());

    RequestReader(ServerCore core, ServerSession session) {
        this.core = core;
        this.session = session;
    }

    /**
     * Reads a message: a batch, a request, or invalid input.
     *
     * @param closing whether the server is closing and accepts no more calls
     * @return whether the message is answered later; {@link PendingWork#ended} follows then
     */
    boolean message(Frame message, boolean closing) {
        Dialects dialects = core.dialects;
        if (core.protocol.messagePackOnly() && message.isText()) {
            session.countRequest();
            unidentified(dialects.msgpack(), null)
                    .reject(ErrorCode.PARSE_ERROR, "a text message (expected: MessagePack in a binary one)");
            return false;
        }
        Dialect dialect = dialects.of(message, session.fallbackDialect());
        return dialect.isArray(message)
                ? batch(dialect, message, closing)
                : request(dialect, message, null, closing ? core.closingError() : null);
    }

    /** Returns a request whose id is unknown. */
    private Request unidentified(Dialect dialect, @Nullable Batch batch) {
        return new Request(session, dialect, dialect.isJson(), null, batch);
    }

    private boolean batch(Dialect dialect, Frame message, boolean closing) {
        List<Frame> requests;
        try {
            requests = dialect.elements(message, core.limits.maxBatch());
        } catch (CodecException e) {
            session.countRequest();
            if (isTooLong(dialect, message)) {
                core.counters.drop(DropReason.BATCH_TOO_LONG, 1);
                unidentified(dialect, null)
                        .reject(
                                ErrorCode.INVALID_REQUEST,
                                "batch of more than " + core.limits.maxBatch() + " requests");
            } else {
                rejectUnparsable(dialect, e, null);
            }
            return false;
        }
        session.detected(dialect);
        if (requests.isEmpty()) {
            session.countRequest();
            unidentified(dialect, null).reject(ErrorCode.INVALID_REQUEST, "Invalid array");
            return false;
        }
        ErrorCode rejection = closing ? core.closingError() : session.work().start(message.length());
        new Batch(session, dialect, requests, message.length(), rejection).run();
        return rejection == null;
    }

    private static boolean isTooLong(Dialect dialect, Frame message) {
        try {
            dialect.elements(message, Integer.MAX_VALUE);
            return true;
        } catch (CodecException e) {
            return false;
        }
    }

    /**
     * Reads a request: a message, or an element of a batch.
     *
     * @param rejection error of calls that are not accepted; null to accept calls
     * @return whether a call is answered later
     */
    boolean request(Dialect dialect, Frame message, @Nullable Batch batch, @Nullable ErrorCode rejection) {
        session.countRequest();
        Envelope envelope = envelopes.of(dialect);
        try {
            envelope.scan(message);
        } catch (CodecException e) {
            rejectNonObject(dialect, message, batch);
            return false;
        }
        session.detected(dialect);
        Frame id = envelope.valueOrNull(Envelope.ID);
        if (id != null && dialect.isFalsy(id) && !(core.protocol.answerFalsyIds() && !dialect.isNull(id))) {
            id = null;
        }
        boolean version = dialect.isJson() || envelope.has(Envelope.JSONRPC);
        boolean pending =
                check(envelope, new Request(session, dialect, version, id, batch), message.length(), rejection);
        envelope.clear();
        return pending;
    }

    private void rejectNonObject(Dialect dialect, Frame message, @Nullable Batch batch) {
        try {
            dialect.codec().decode(message, Object.class);
        } catch (CodecException e) {
            rejectUnparsable(dialect, e, batch);
            return;
        }
        session.detected(dialect);
        Request request = unidentified(dialect, batch);
        if (dialect.isJson()) {
            // For JavaScript, an array inside a batch is an object without a version.
            request.reject(ErrorCode.INVALID_REQUEST, dialect.isArray(message) ? "Invalid JSON RPC version" : null);
        } else if (dialect.isNull(message)) {
            request.reject(ErrorCode.INVALID_REQUEST, null);
        } else {
            request.reject(ErrorCode.INVALID_PARAMS, "Method not specified");
        }
    }

    private void rejectUnparsable(Dialect dialect, CodecException e, @Nullable Batch batch) {
        session.decodeFailed(e);
        unidentified(dialect, batch).reject(ErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()));
    }

    /**
     * Checks a request from its version on. The numbers are those of the protocol specification.
     *
     * @param size length of the message
     * @param rejection error of calls that are not accepted; null to accept calls
     * @return whether a call is answered later
     */
    private boolean check(Envelope envelope, Request request, int size, @Nullable ErrorCode rejection) {
        Dialect dialect = request.dialect();
        if (dialect.isJson() && !hasVersion2(envelope)) { // 4
            request.reject(ErrorCode.INVALID_REQUEST, "Invalid JSON RPC version");
            return false;
        }
        if (!envelope.has(Envelope.METHOD) || dialect.isFalsy(envelope.value(Envelope.METHOD))) { // 5
            request.reject(ErrorCode.INVALID_PARAMS, "Method not specified");
            return false;
        }
        if (!envelope.isString(Envelope.METHOD)) { // 6
            request.reject(ErrorCode.INVALID_REQUEST, "Invalid method name");
            return false;
        }
        Frame params = envelope.valueOrNull(Envelope.PARAMS);
        boolean falsy = params == null || dialect.isFalsy(params);
        if (!falsy && params != null && dialect.isString(params)) { // 7
            request.reject(ErrorCode.INVALID_REQUEST, null);
            return false;
        }
        String method = envelope.string(Envelope.METHOD);
        if (method.equals(Namespace.SUBSCRIBE) || method.equals(Namespace.UNSUBSCRIBE)) {
            subscription(request, method, falsy ? null : params);
            return false;
        }
        if (method.equals(Namespace.LOGIN) && falsy) { // 10
            request.reject(ErrorCode.PARAMS_NOT_FOUND, null);
            return false;
        }
        return call(request, method, params, size, rejection);
    }

    private static boolean hasVersion2(Envelope envelope) {
        return envelope.isString(Envelope.JSONRPC)
                && envelope.string(Envelope.JSONRPC).equals("2.0");
    }

    /** Starts a call; returns whether the call is answered later. */
    private boolean call(
            Request request, String name, @Nullable Frame params, int size, @Nullable ErrorCode rejection) {
        Namespace namespace = session.enteredNamespace();
        RegisteredMethod method = namespace == null ? null : namespace.findMethod(name);
        BackendSession backend = session.backend();
        if (method == null && backend != null) {
            return start(backend, name, params, request, size, rejection);
        }
        if (method == null) { // 11
            request.reject(ErrorCode.METHOD_NOT_FOUND, null);
        } else if (method.isProtected() && !session.isAuthenticated()) { // 12
            request.reject(ErrorCode.METHOD_FORBIDDEN, null);
        } else if (method.builtIn) {
            new MethodCall(request, method, params, size).run();
        } else {
            return start(new MethodCall(request, method, params, size), request, size, rejection);
        }
        return false;
    }

    /** Starts a call, unless it is not accepted. The budget of a batch covers its calls. */
    private boolean start(MethodCall call, Request request, int size, @Nullable ErrorCode rejection) {
        boolean accepted = admit(request, size, rejection);
        if (accepted) {
            core.start(call, session);
        }
        return accepted;
    }

    private boolean start(
            BackendSession backend,
            String method,
            @Nullable Frame params,
            Request request,
            int size,
            @Nullable ErrorCode rejection) {
        boolean accepted = admit(request, size, rejection);
        if (accepted) {
            backend.call(request, method, params, request.batch() == null ? size : 0);
        }
        return accepted;
    }

    private boolean admit(Request request, int size, @Nullable ErrorCode rejection) {
        ErrorCode error = rejection != null || request.batch() != null
                ? rejection
                : session.work().start(size);
        if (error == null) {
            return true;
        }
        core.counters.drop(error == core.closingError() ? DropReason.AFTER_CLOSE : DropReason.PENDING_BUDGET, 1);
        request.reject(error, null);
        return false;
    }

    private void subscription(Request request, String method, @Nullable Frame params) {
        Dialect dialect = request.dialect();
        if (params == null) { // 8
            request.reject(ErrorCode.EVENT_NOT_PROVIDED, null);
            return;
        }
        if (!dialect.isArray(params) || !(decodeOrNull(dialect, params) instanceof List<?> list)) {
            request.reject(ErrorCode.INVALID_PARAMS, "an array of event names is expected");
            return;
        }
        if (method.equals(Namespace.UNSUBSCRIBE)) {
            request.subscribed(method, session.subscriptions().remove(list), Map.of());
            return;
        }
        session.eventDialect(dialect);
        List<?> names = list;
        Map<?, ?> since = Map.of();
        if (session.backend() != null) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> options && options.get("since") instanceof Map<?, ?> positions) {
                    since = positions;
                }
            }
            names = list.stream().filter(each -> !(each instanceof Map)).toList();
        }
        session.subscriptions().add(request, names, since);
    }

    private static @Nullable Object decodeOrNull(Dialect dialect, Frame params) {
        try {
            return dialect.codec().decode(params, Object.class);
        } catch (CodecException e) {
            return null;
        }
    }

    /** Converts a value to a string as JavaScript does. */
    static String toJavaScriptString(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> object -> "[object Object]";
            case List<?> list ->
                list.stream()
                        .map(each -> each == null ? "" : toJavaScriptString(each))
                        .collect(Collectors.joining(","));
            default -> value.toString();
        };
    }
}
