package io.heliograph.rpc.server;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Dialects;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.InlineEventLoop;
import io.heliograph.testkit.ManualNetwork;
import io.heliograph.testkit.StubLink;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A server for arbitrary messages, with the invariants of its responses. */
final class FuzzedServer {

    private static final int PARSE_ERROR = -32700;

    record Pair(long number, String text) {}

    private final ServerCore core;

    FuzzedServer() {
        DefaultRpcServer server = (DefaultRpcServer) RpcServer.builder()
                .dispatch(Dispatch.direct())
                .exposeErrors(true)
                .transport(new ManualNetwork().transport(), new InlineEventLoop())
                .build();
        server.onError(failure -> {});
        Await.value(server.listen());
        core = server.core();
        Namespace root = core.namespaces.root();
        root.method("echo").handle(params -> params.value());
        root.method("sum", int[].class).handle(numbers -> numbers[0] + numbers[1]);
        root.method("pair", Pair.class).handle(pair -> pair.text() + pair.number());
        root.authenticate(Map.class, (login, caller) -> login.isEmpty());
        root.event("e");
    }

    Dialects dialects() {
        return core.dialects;
    }

    /** Sends a message and checks the response against the message as the codec decodes it. */
    void send(Frame message, Dialect dialect) {
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

        check(answers.size() <= 1, "several responses to one message");
        Object answer = null;
        for (Frame sent : answers) {
            answer = decoded(sent);
            wellFormed(answer);
        }
        Object request;
        try {
            request = dialect.codec().decode(message, Object.class);
        } catch (CodecException e) {
            // An envelope may be readable although the codec rejects a part that no handler decodes.
            check(answer != null || !dialect.isArray(message), "no response to an invalid message");
            return;
        }
        if (request instanceof List<?> batch) {
            answersOf(batch, answer);
        } else {
            check(!isError(answer, PARSE_ERROR), "parse error for a valid message");
            answerOf(request, answer);
        }
    }

    private static void answersOf(List<?> batch, @Nullable Object answer) {
        if (batch.isEmpty()) {
            check(isError(answer, -32600), "no error for an empty batch");
        } else if (answer != null && !isError(answer, -32600)) {
            check(answer instanceof List<?>, "the response to a batch is not an array");
            check(((List<?>) answer).size() <= batch.size(), "more responses than requests");
        }
    }

    private static void answerOf(@Nullable Object request, @Nullable Object answer) {
        if (!(request instanceof Map<?, ?> members)) {
            check(isError(answer, -32600) || isError(answer, -32602), "no error for a value that is not an object");
            return;
        }
        Object id = members.get("id");
        if (isTruthy(id)) {
            check(answer != null, "no response to a call");
            check(
                    answer instanceof Map<?, ?> response && same(response.get("id"), id),
                    "id of the response differs from " + id);
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
        Dialect dialect = sent.isText() ? core.dialects.json() : core.dialects.msgpack();
        return dialect.codec().decode(sent, Object.class);
    }

    /** Checks that clients of the npm package accept a message. */
    private static void wellFormed(@Nullable Object sent) {
        if (sent instanceof List<?> list) {
            check(!list.isEmpty(), "an empty array");
            list.forEach(FuzzedServer::wellFormed);
            return;
        }
        if (!(sent instanceof Map<?, ?> members)) {
            throw new AssertionError("not an object: " + sent);
        }
        if (members.containsKey("notification")) {
            Object params = members.get("params");
            check(params instanceof List || params instanceof Map, "params: " + params);
            return;
        }
        check(members.containsKey("id"), "no id: " + members);
        check(members.containsKey("result") != members.containsKey("error"), "result and error: both or neither");
        check(
                !members.containsKey("error") || (members.get("error") instanceof Map<?, ?> error && !error.isEmpty()),
                "empty error: " + members);
    }

    private static void check(boolean condition, String failure) {
        if (!condition) {
            throw new AssertionError(failure);
        }
    }
}
