package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the messages of one socket: checks them in the order in which the npm package does, and acts on them. On the loop. */
final class Requests {

    private static final String ON = "rpc.on";
    private static final String OFF = "rpc.off";

    private final ServerCore core;
    private final ServerSession session;
    private @Nullable Members json;
    private @Nullable Members msgpack;

    Requests(ServerCore core, ServerSession session) {
        this.core = core;
        this.session = session;
    }

    /** A whole message, of whatever kind. */
    void message(Frame message) {
        Dialects dialects = core.dialects;
        if (core.options.messagePackOnly && message.isText()) {
            session.countRequest();
            refuse(
                    dialects.msgpack,
                    false,
                    ErrorCode.PARSE_ERROR,
                    "a text message (expected: MessagePack in a binary one)",
                    null,
                    null);
            return;
        }
        Dialect dialect = dialects.of(message, session.hasHeard() ? session.spoken() : dialects.msgpack);
        if (dialect.isArray(message)) {
            batch(dialect, message);
        } else {
            element(dialect, message, null);
        }
    }

    private void batch(Dialect dialect, Frame message) {
        List<Frame> elements;
        try {
            elements = dialect.elements(message, core.options.maxBatch);
        } catch (CodecException e) {
            session.countRequest();
            if (isTooLong(dialect, message)) {
                core.counters.drop(DropReason.BATCH_TOO_LONG, 1);
                refuse(
                        dialect,
                        dialect.wantsVersion(),
                        ErrorCode.INVALID_REQUEST,
                        "batch of more than " + core.options.maxBatch + " requests",
                        null,
                        null);
            } else {
                unreadable(dialect, e, null);
            }
            return;
        }
        session.hears(dialect);
        if (elements.isEmpty()) {
            session.countRequest();
            refuse(dialect, dialect.wantsVersion(), ErrorCode.INVALID_REQUEST, "Invalid array", null, null);
            return;
        }
        new Batch(session, dialect, elements).run();
    }

    private static boolean isTooLong(Dialect dialect, Frame message) {
        try {
            dialect.elements(message, Integer.MAX_VALUE);
            return true;
        } catch (CodecException e) {
            return false;
        }
    }

    /** One request: a whole message, or an element of a batch. */
    void element(Dialect dialect, Frame message, @Nullable Batch batch) {
        session.countRequest();
        Members members = members(dialect);
        try {
            members.scan(message);
        } catch (CodecException e) {
            noObject(dialect, message, batch);
            return;
        }
        session.hears(dialect);
        boolean version = dialect.wantsVersion() || members.has(Members.JSONRPC);
        Frame id = members.has(Members.ID) ? members.value(Members.ID) : null;
        if (id != null && dialect.isFalsy(id) && !(core.options.answerFalsyIds && !dialect.isNull(id))) {
            id = null;
        }
        request(dialect, members, version, id, batch);
        members.clear();
    }

    private Members members(Dialect dialect) {
        boolean text = dialect == core.dialects.json;
        Members known = text ? json : msgpack;
        if (known == null) {
            known = dialect.members(Members.names());
            if (text) {
                json = known;
            } else {
                msgpack = known;
            }
        }
        return known;
    }

    private void noObject(Dialect dialect, Frame message, @Nullable Batch batch) {
        try {
            dialect.codec.decode(message, Object.class);
        } catch (CodecException e) {
            unreadable(dialect, e, batch);
            return;
        }
        session.hears(dialect);
        if (dialect.wantsVersion()) {
            // An array inside a batch is an object to JavaScript, and has no version.
            String data = dialect.isArray(message) ? "Invalid JSON RPC version" : null;
            refuse(dialect, true, ErrorCode.INVALID_REQUEST, data, null, batch);
        } else if (dialect.isNull(message)) {
            refuse(dialect, false, ErrorCode.INVALID_REQUEST, null, null, batch);
        } else {
            refuse(dialect, false, ErrorCode.INVALID_PARAMS, "Method not specified", null, batch);
        }
    }

    private void unreadable(Dialect dialect, CodecException e, @Nullable Batch batch) {
        session.undecodable(e);
        refuse(dialect, dialect.wantsVersion(), ErrorCode.PARSE_ERROR, String.valueOf(e.getMessage()), null, batch);
    }

    /** The checks from the version on; the numbers are those of the specification. */
    private void request(Dialect dialect, Members members, boolean version, @Nullable Frame id, @Nullable Batch batch) {
        if (dialect.wantsVersion() && !isTwo(members)) { // 4
            refuse(dialect, version, ErrorCode.INVALID_REQUEST, "Invalid JSON RPC version", id, batch);
            return;
        }
        if (!members.has(Members.METHOD) || dialect.isFalsy(members.value(Members.METHOD))) { // 5
            refuse(dialect, version, ErrorCode.INVALID_PARAMS, "Method not specified", id, batch);
            return;
        }
        if (!members.isString(Members.METHOD)) { // 6
            refuse(dialect, version, ErrorCode.INVALID_REQUEST, "Invalid method name", id, batch);
            return;
        }
        Frame params = members.has(Members.PARAMS) ? members.value(Members.PARAMS) : null;
        boolean falsy = params == null || dialect.isFalsy(params);
        if (!falsy && params != null && dialect.isString(params)) { // 7
            refuse(dialect, version, ErrorCode.INVALID_REQUEST, null, id, batch);
            return;
        }
        String name = members.string(Members.METHOD);
        switch (name) {
            case ON, OFF -> subscription(dialect, name, falsy ? null : params, version, id, batch);
            case Namespace.LOGIN -> {
                if (falsy) { // 10
                    refuse(dialect, version, ErrorCode.PARAMS_NOT_FOUND, null, id, batch);
                } else {
                    call(dialect, name, params, version, id, batch);
                }
            }
            default -> call(dialect, name, params, version, id, batch);
        }
    }

    private static boolean isTwo(Members members) {
        return members.isString(Members.JSONRPC)
                && members.string(Members.JSONRPC).equals("2.0");
    }

    private void call(
            Dialect dialect,
            String name,
            @Nullable Frame params,
            boolean version,
            @Nullable Frame id,
            @Nullable Batch batch) {
        Namespace place = session.place();
        Method method = place == null ? null : place.method(name);
        if (method == null) { // 11
            refuse(dialect, version, ErrorCode.METHOD_NOT_FOUND, null, id, batch);
            return;
        }
        if (method.isProtected() && !session.isAuthenticated()) { // 12
            refuse(dialect, version, ErrorCode.METHOD_FORBIDDEN, null, id, batch);
            return;
        }
        Call call = new Call(session, dialect, method, params, version, id, batch);
        if (method.builtIn) {
            session.startBuiltIn(call);
        } else {
            session.start(call);
        }
    }

    private void subscription(
            Dialect dialect,
            String name,
            @Nullable Frame params,
            boolean version,
            @Nullable Frame id,
            @Nullable Batch batch) {
        if (params == null) { // 8
            refuse(dialect, version, ErrorCode.EVENT_NOT_PROVIDED, null, id, batch);
            return;
        }
        if (!dialect.isArray(params) || !(decoded(dialect, params) instanceof List<?> names)) {
            refuse(dialect, version, ErrorCode.INVALID_PARAMS, "an array of event names is expected", id, batch);
            return;
        }
        Map<String, String> statuses;
        if (name.equals(ON)) {
            session.speaks(dialect);
            statuses = session.subscriptions().add(names);
        } else {
            statuses = session.subscriptions().remove(names);
        }
        if (statuses == null) { // 9
            refuse(dialect, version, ErrorCode.EVENT_FORBIDDEN, null, id, batch);
            return;
        }
        Frame answer;
        try {
            answer = dialect.response(version, "result", statuses, id == null ? null : dialect.echo(id));
        } catch (CodecException e) {
            session.unencodable(e);
            answer = session.error(dialect, version, ErrorCode.INTERNAL_ERROR, null, id);
        }
        session.answer(batch, id == null && session.isStrict() ? null : answer);
    }

    private static @Nullable Object decoded(Dialect dialect, Frame params) {
        try {
            return dialect.codec.decode(params, Object.class);
        } catch (CodecException e) {
            return null;
        }
    }

    /** The text of what should be a name, as JavaScript has it. */
    static String text(@Nullable Object name) {
        return switch (name) {
            case null -> "null";
            case Map<?, ?> object -> "[object Object]";
            case List<?> list ->
                list.stream().map(each -> each == null ? "" : text(each)).collect(Collectors.joining(","));
            default -> name.toString();
        };
    }

    private void refuse(
            Dialect dialect,
            boolean version,
            ErrorCode error,
            @Nullable String data,
            @Nullable Frame id,
            @Nullable Batch batch) {
        boolean unreadable = error == ErrorCode.PARSE_ERROR || error == ErrorCode.INVALID_REQUEST;
        boolean silent = id == null && session.isStrict() && !unreadable;
        session.answer(batch, silent ? null : session.error(dialect, version, error, data, id));
    }
}
