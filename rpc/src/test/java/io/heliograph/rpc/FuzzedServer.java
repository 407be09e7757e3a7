package io.heliograph.rpc;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.StubLink;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.NOPLogger;

/** A server that is sent anything at all, and what must hold for its answers. */
final class FuzzedServer {

    private static final int PARSE_ERROR = -32700;

    record Pair(long number, String text) {}

    private final ServerCore core;

    FuzzedServer() {
        ServerOptions options = new ServerOptions();
        options.dispatch = Dispatch.direct();
        options.exposeErrors = true;
        core = new ServerCore(options, NOPLogger.NOP_LOGGER);
        core.attach(new SerialExecutor(options.dispatch, new StubLink().loop()));
        Namespace root = core.namespaces.declared("/");
        root.register("echo", params -> params.value());
        root.register("sum", int[].class, numbers -> numbers[0] + numbers[1]);
        root.register("pair", Pair.class, pair -> pair.text() + pair.number());
        root.authenticate(Map.class, (login, caller) -> login.isEmpty());
        root.event("e");
    }

    Dialects dialects() {
        return core.dialects;
    }

    /** A message is read as the codec reads it, and answered as what it is. */
    void check(Frame message, Dialect dialect) {
        StubLink link = new StubLink();
        ServerSession session = new ServerSession(core, link, "fuzz", null);
        session.enter("/");
        session.frame(link, message);
        List<Frame> answers = List.copyOf(link.sent());
        link.sent().clear();
        for (Namespace namespace : core.namespaces.all()) {
            namespace.emit("e", 1);
        }
        link.sent().forEach(event -> wellFormed(decoded(event)));
        session.closed(link, new CloseReason.Local());

        hold(answers.size() <= 1, "one message, several answers");
        Object answer = null;
        for (Frame sent : answers) {
            answer = decoded(sent);
            wellFormed(answer);
        }
        Object request;
        try {
            request = dialect.codec.decode(message, Object.class);
        } catch (CodecException e) {
            // What the codec refuses may pass here where nobody asks for the refused part.
            hold(answer != null || !dialect.isArray(message), "no answer to what is no message");
            return;
        }
        if (request instanceof List<?> batch) {
            answersOf(batch, answer);
        } else {
            hold(!isError(answer, PARSE_ERROR), "a parse error for what can be read");
            answerOf(request, answer);
        }
    }

    private static void answersOf(List<?> batch, @Nullable Object answer) {
        if (batch.isEmpty()) {
            hold(isError(answer, -32600), "no error for an empty batch");
        } else if (answer != null && !isError(answer, -32600)) {
            hold(answer instanceof List<?>, "no array for a batch");
            hold(((List<?>) answer).size() <= batch.size(), "more answers than requests");
        }
    }

    private static void answerOf(@Nullable Object request, @Nullable Object answer) {
        if (!(request instanceof Map<?, ?> members)) {
            hold(isError(answer, -32600) || isError(answer, -32602), "no error for no object");
            return;
        }
        Object id = members.get("id");
        if (isTruthy(id)) {
            hold(answer != null, "no answer to a call");
            hold(answer instanceof Map<?, ?> response && same(response.get("id"), id), "another id than " + id);
        }
    }

    private static boolean same(@Nullable Object echoed, @Nullable Object id) {
        if (echoed instanceof Number a && id instanceof Number b) {
            return a.doubleValue() == b.doubleValue();
        }
        return echoed == null || Objects.equals(echoed.toString(), String.valueOf(id));
    }

    private static boolean isTruthy(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean truth -> truth;
            case String text -> !text.isEmpty();
            case Number number -> number.doubleValue() != 0 && !Double.isNaN(number.doubleValue());
            default -> true;
        };
    }

    private static boolean isError(@Nullable Object answer, int code) {
        return answer instanceof Map<?, ?> response
                && response.get("error") instanceof Map<?, ?> error
                && error.get("code") instanceof Number number
                && number.intValue() == code;
    }

    private @Nullable Object decoded(Frame sent) {
        Dialect dialect = sent.isText() ? core.dialects.json : core.dialects.msgpack;
        return dialect.codec.decode(sent, Object.class);
    }

    /** Whether a client of the npm package survives it. */
    private static void wellFormed(@Nullable Object sent) {
        if (sent instanceof List<?> list) {
            hold(!list.isEmpty(), "an empty array");
            list.forEach(FuzzedServer::wellFormed);
            return;
        }
        if (!(sent instanceof Map<?, ?> members)) {
            throw new AssertionError("no object: " + sent);
        }
        if (members.containsKey("notification")) {
            Object params = members.get("params");
            hold(params instanceof List || params instanceof Map, "params: " + params);
            return;
        }
        hold(members.containsKey("id"), "no id: " + members);
        hold(members.containsKey("result") != members.containsKey("error"), "both or neither");
        hold(
                !members.containsKey("error") || (members.get("error") instanceof Map<?, ?> error && !error.isEmpty()),
                "an error that says nothing: " + members);
    }

    private static void hold(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
