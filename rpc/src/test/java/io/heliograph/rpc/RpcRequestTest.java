package io.heliograph.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and errors in JSON, as frames. */
class RpcRequestTest extends ServerFixture {

    @Test
    @Checklist("RPC 23")
    void callByPositionReturnsResultWithId() throws Exception {
        assertThat(open("/").ask("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[5,3],\"id\":1}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":8,\"id\":1}");
    }

    @Test
    @Checklist("RPC 24")
    void callByNameReturnsResultWithId() throws Exception {
        assertThat(open("/").ask(call(2, "sum", "{\"b\":3,\"a\":5}"))).isEqualTo(result(2, "8"));
    }

    @Test
    @Checklist("RPC 25")
    void singleElementArrayStaysArray() throws Exception {
        assertThat(open("/").ask(call(3, "echo", "[4]"))).isEqualTo(result(3, "[4]"));
        assertThat(open("/").ask(call(3, "sqrt", "[4]"))).isEqualTo(result(3, "2.0"));
    }

    @Test
    @Checklist("RPC 26")
    void handlerReceivesParamsAndSocket() throws Exception {
        assertThat(open("/?socket_id=me").ask(call(4, "whoami", "[]"))).isEqualTo(result(4, "\"me\""));
    }

    @Test
    @Checklist("RPC 27")
    void unknownMembersAreIgnored() throws Exception {
        assertThat(
                        open("/")
                                .ask(
                                        "{\"x\":[{}],\"id\":5,\"params\":[1,2],\"method\":\"sum\",\"jsonrpc\":\"2.0\",\"y\":null}"))
                .isEqualTo(result(5, "3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"abc\"",
                "1.5",
                "1.10",
                "true",
                "{\"a\":[1]}",
                "[1]",
                "-7",
                "1e3",
                "1E+1",
                "1e400",
                "9007199254740993",
                "18446744073709551616",
                "0.30000000000000000001",
                "\"\\u0041\"",
                "\"\\ud800\"",
                "\"a\\/b\""
            })
    @Checklist("RPC 28")
    void idIsEchoedUnchanged(String id) throws Exception {
        assertThat(open("/").ask("{\"jsonrpc\":\"2.0\",\"method\":\"nothing\",\"id\":" + id + "}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":" + id + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "0.0", "0e5", "1e-999", "\"\"", "false", "null"})
    @Checklist("RPC 29")
    void falsyIdMakesNotification(String id) throws Exception {
        RawSocket socket = open("/");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[1],\"id\":" + id + "}");
        socket.assertNoOtherMessage();
        Awaitility.await().until(() -> handled.contains("[1]"));
    }

    @Test
    @Checklist("RPC 29")
    void notificationRunsHandlerWithoutResponse() throws Exception {
        RawSocket socket = open("/");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}");
        socket.assertNoOtherMessage();
        Awaitility.await().until(() -> handled.contains("absent"));
    }

    @Test
    void falsyIdIsAnsweredIfConfigured() throws Exception {
        restart(builder -> builder.answerFalsyIds(true));
        assertThat(open("/").ask(call(0, "sum", "[1,2]"))).isEqualTo(result(0, "3"));
    }

    @Test
    @Checklist("RPC 30")
    void unknownMethodIsNotFound() throws Exception {
        assertThat(open("/").ask(call(6, "nope", "[]"))).isEqualTo(error(-32601, "Method not found", "6"));
    }

    @Test
    @Checklist("RPC 31")
    void unknownMethodWithoutIdIsAnsweredWithNullId() throws Exception {
        assertThat(open("/").ask("{\"jsonrpc\":\"2.0\",\"method\":\"nope\"}"))
                .isEqualTo(error(-32601, "Method not found", "null"));
    }

    @Test
    void strictServerDoesNotAnswerNotifications() throws Exception {
        restart(builder -> builder.strictNotifications(true));
        RawSocket socket = open("/");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"nope\"}");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"newMail\"]}");
        socket.assertNoOtherMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "", "{\"jsonrpc\":\"2.0\"", "nul", "\ufeff{}", "{} x", "'a'"})
    @Checklist("RPC 32")
    void invalidJsonIsParseError(String text) throws Exception {
        assertThat(open("/").ask(text))
                .startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"Parse error\",\"data\":\"")
                .endsWith("\"},\"id\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "\"str\"", "true"})
    @Checklist("RPC 33")
    void nonObjectIsInvalidRequest(String text) throws Exception {
        assertThat(open("/").ask(text)).isEqualTo(error(-32600, "Invalid Request", "null"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"jsonrpc\":\"1.0\",", "\"jsonrpc\":2,", "\"jsonrpc\":2.0,", "\"jsonrpc\":null,"})
    @Checklist({"RPC 35", "RPC 36"})
    void versionMustBeStringTwoPointZero(String version) throws Exception {
        assertThat(open("/").ask("{" + version + "\"method\":\"sum\",\"id\":7}"))
                .isEqualTo(error(-32600, "Invalid Request", "\"Invalid JSON RPC version\"", "7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"method\":\"\",", "\"method\":0,", "\"method\":null,", "\"method\":false,"})
    @Checklist("RPC 38")
    void missingMethodIsInvalidParams(String method) throws Exception {
        assertThat(open("/").ask("{" + method + "\"jsonrpc\":\"2.0\",\"id\":8}"))
                .isEqualTo(error(-32602, "Invalid params", "\"Method not specified\"", "8"));
    }

    @Test
    @Checklist("RPC 39")
    void nonStringMethodIsRejectedBeforeParams() throws Exception {
        assertThat(open("/").ask("{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"foo\",\"id\":9}"))
                .isEqualTo(error(-32600, "Invalid Request", "\"Invalid method name\"", "9"));
    }

    @Test
    @Checklist("RPC 40")
    void stringParamsAreRejectedBeforeLookup() throws Exception {
        assertThat(open("/").ask(call(10, "nope", "\"foo\""))).isEqualTo(error(-32600, "Invalid Request", "10"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "5", "0", "true", "false", "null"})
    @Checklist("RPC 41")
    void otherScalarParamsReachHandler(String params) throws Exception {
        assertThat(open("/").ask(call(11, "echo", params))).isEqualTo(result(11, params));
        assertThat(handled).containsExactly(params);
    }

    @Test
    @Checklist("RPC 42")
    void structuredErrorIsSentUnchanged() throws Exception {
        assertThat(open("/").ask(call(12, "fail", "[]"))).isEqualTo(error(-32050, "Srv", "\"d\"", "12"));
    }

    @Test
    @Checklist("RPC 43")
    void structuredErrorWithoutDataHasNullData() throws Exception {
        assertThat(open("/").ask(call(13, "failBare", "[]"))).isEqualTo(error(-32050, "Srv", "null", "13"));
    }

    @Test
    @Checklist("RPC 44")
    void exposedExceptionHasNameAndMessage() throws Exception {
        restart(builder -> builder.compatibility(RpcCompatibility.RPC_WEBSOCKETS_10));
        server.method("arithmetic").handle(params -> {
            throw new ArithmeticException("by zero");
        });
        assertThat(open("/").ask(call(14, "boom", "[]"))).isEqualTo(error(-32000, "Error", "\"boom\"", "14"));
        assertThat(open("/").ask(call(14, "arithmetic", "[]")))
                .isEqualTo(error(-32000, "ArithmeticException", "\"by zero\"", "14"));
    }

    @Test
    void exceptionMessageIsHiddenByDefault() throws Exception {
        assertThat(open("/").ask(call(14, "boom", "[]"))).isEqualTo(error(-32000, "Error", "14"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "boom", "raw"})
    @Checklist("RPC 45")
    void failedNotificationIsNotAnswered(String method) throws Exception {
        RawSocket socket = open("/");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\"}");
        socket.assertNoOtherMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[\"plain\"]|[\"plain\"]", "42|42", "{\"foo\":1}|{\"foo\":1}"})
    @Checklist("RPC 46")
    void rawErrorIsSentUnchanged(String params, String expected) throws Exception {
        assertThat(open("/").ask(call(15, "raw", params)))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"error\":" + expected + ",\"id\":15}");
    }

    @Test
    @Checklist("RPC 46")
    void rawErrorMayBeString() throws Exception {
        server.method("plain").handle(params -> {
            throw RpcException.raw("plain");
        });
        assertThat(open("/").ask(call(15, "plain", "[]")))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"error\":\"plain\",\"id\":15}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "false", "\"\""})
    @Checklist("RPC 47")
    void falsyResultIsSentUnchanged(String value) throws Exception {
        assertThat(open("/").ask(call(16, "echo", value))).isEqualTo(result(16, value));
    }

    @Test
    @Checklist("RPC 48")
    void voidHandlerReturnsNull() throws Exception {
        assertThat(open("/").ask(call(17, "nothing", "[]"))).isEqualTo(result(17, "null"));
    }

    @Test
    @Checklist("RPC 50")
    void unencodableResultIsInternalError() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(18, "unwritable", "[]"))).isEqualTo(error(-32603, "Internal error", "18"));
        assertThat(socket.ask(call(19, "sum", "[1,2]"))).isEqualTo(result(19, "3"));
        assertThat(server.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 1L);
    }

    @Test
    @Checklist("RPC 50")
    void oversizedResultIsInternalError() throws Exception {
        restart(builder -> builder.maxMessageBytes(1000));
        server.method("long").handle(params -> "x".repeat(2000));
        assertThat(open("/").ask(call(18, "long", "[]"))).isEqualTo(error(-32603, "Internal error", "18"));
    }

    @Test
    @Checklist("RPC 51")
    void jsonInBinaryMessageIsAnsweredAsText() throws Exception {
        byte[] request = ("\n\t " + call(20, "sum", "[1,2]")).getBytes(StandardCharsets.UTF_8);
        assertThat(open("/").send(request).nextText()).isEqualTo(result(20, "3"));
    }

    @Test
    @Checklist("RPC 53")
    void slowCallDoesNotDelayOthers() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "slow", "[]"));
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(result(2, "3"));
        slow.complete("late");
        assertThat(socket.nextText()).isEqualTo(result(1, "\"late\""));
    }

    @Test
    @Checklist("RPC 53")
    void blockedHandlerDoesNotDelayOthers() throws Exception {
        server.method("blocked").handle(params -> slow.join());
        RawSocket socket = open("/");
        socket.send(call(1, "blocked", "[]"));
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(result(2, "3"));
        slow.complete("late");
        assertThat(socket.nextText()).isEqualTo(result(1, "\"late\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"toString", "constructor", "__proto__", "hasOwnProperty", "rpc.", "rpc.x"})
    @Checklist("RPC 54")
    void inheritedJavaScriptNamesAreUnknown(String method) throws Exception {
        assertThat(open("/").ask(call(21, method, "[]"))).isEqualTo(error(-32601, "Method not found", "21"));
        assertThat(open("/").ask(call(22, "rpc.off", "[\"" + method + "\"]")))
                .isEqualTo(result(22, "{\"" + method + "\":\"provided event invalid\"}"));
    }

    @Test
    @Checklist("RPC 55")
    void requestsAfterCloseAreDropped() throws Exception {
        RawSocket socket = open("/?socket_id=a");
        socket.ask(call(1, "sum", "[1,2]"));
        // The socket must not see the close frame before it has sent the request.
        socket.reading(false);
        Objects.requireNonNull(server.namespace("/").connected().get("a")).close(4000, "enough");
        socket.send(call(2, "echo", "[\"late\"]")).reading(true);
        assertThat(socket.awaitClosed()).isNotNull();
        assertThat(handled).isEmpty();
    }

    @Test
    void mismatchedParamsAreInvalid() throws Exception {
        assertThat(open("/").ask(call(23, "sum", "{\"a\":\"x\"}")))
                .isEqualTo(error(-32602, "Invalid params", "\"the parameters are not what the method takes\"", "23"));
    }

    @Test
    void directDispatchRunsCallsOnEventLoop() throws Exception {
        restart(builder -> builder.dispatch(Dispatch.direct()));
        server.method("thread").handle(params -> Thread.currentThread().getName());
        assertThat(open("/").ask(call(24, "thread", "[]"))).contains("heliograph-io-");
    }

    @ParameterizedTest
    @CsvSource({
        "1e400,null",
        "-1e400,null",
        "1e1000000000,null",
        "1e-400,0.0",
        "1E+1,10.0",
        "5,5",
        "9007199254740993,9007199254740993",
        "18446744073709551616,18446744073709551616"
    })
    void numberIsAnsweredAsDocumented(String number, String echo) throws Exception {
        assertThat(open("/").ask(call(25, "echo", number))).isEqualTo(result(25, echo));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc.on", "rpc.off"})
    void methodsOfProtocolCannotBeRegistered(String name) {
        assertThatThrownBy(() -> server.method(name).handle(params -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("method: '" + name + "' (expected: another name; the protocol defines this method)");
    }

    /** A response, an event or a batch of them is for a client: it calls nothing, and leaves nothing behind. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":26}",
                "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1},\"id\":26}",
                "{\"jsonrpc\":\"2.0\",\"notification\":\"newMail\",\"params\":[1],\"id\":26}"
            })
    void messageForClientCallsNothing(String message) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(message)).isEqualTo(error(-32602, "Invalid params", "\"Method not specified\"", "26"));
        socket.assertNoOtherMessage();
        assertThat(handled).isEmpty();
    }

    static List<Throwable> severeFailures() {
        return List.of(new StackOverflowError(), new OutOfMemoryError("thrown by the test"), new LinkageError());
    }

    @ParameterizedTest
    @MethodSource("severeFailures")
    void severeFailureOfHandlerIsAnswered(Error thrown) throws Exception {
        for (Dispatch dispatch : List.of(Dispatch.virtual(), Dispatch.direct())) {
            restart(builder -> builder.dispatch(dispatch));
            server.method("severe").handle(params -> {
                throw thrown;
            });
            RawSocket socket = open("/");
            assertThat(socket.ask(call(27, "severe", "[]"))).isEqualTo(error(-32000, "Error", "27"));
            assertThat(socket.ask(call(28, "sum", "[1,2]"))).isEqualTo(result(28, "3"));
        }
    }
}
