package io.heliograph.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.testkit.Checklist;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscribing and emitting in JSON, as frames. */
class RpcEventTest extends ServerFixture {

    record Point(int x) {}

    private RawSocket subscribed() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", "[\"newMail\"]"))).isEqualTo(result(1, "{\"newMail\":\"ok\"}"));
        return socket;
    }

    @Test
    @Checklist("RPC 66")
    void eventIsDeclaredOnce() {
        assertThatThrownBy(() -> server.event("newMail")).hasMessage("Already registered event /newMail");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"rpc.on|null", "rpc.off|null", "rpc.on|0", "rpc.off|false"})
    @Checklist({"RPC 68", "RPC 75"})
    void subscriptionRequiresParams(String method, String params) throws Exception {
        assertThat(open("/").ask(call(1, method, params))).isEqualTo(error(-32000, "Event not provided", "1"));
        assertThat(open("/").ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\"}"))
                .isEqualTo(error(-32000, "Event not provided", "1"));
    }

    @Test
    @Checklist({"RPC 69", "RPC 70", "RPC 71"})
    void eachEventHasStatus() throws Exception {
        RawSocket socket = subscribed();
        assertThat(socket.ask(call(2, "rpc.on", "[\"newMail\"]")))
                .isEqualTo(result(2, "{\"newMail\":\"socket has already been subscribed to event\"}"));
        assertThat(socket.ask(call(3, "rpc.on", "[\"zz\"]")))
                .isEqualTo(result(3, "{\"zz\":\"provided event invalid\"}"));
    }

    @Test
    @Checklist("RPC 72")
    void repeatedEventHasLastStatus() throws Exception {
        assertThat(open("/").ask(call(1, "rpc.on", "[\"newMail\",\"zz\",\"updatedNews\",\"newMail\"]")))
                .isEqualTo(
                        result(
                                1,
                                "{\"newMail\":\"socket has already been subscribed to event\",\"zz\":\"provided event invalid\",\"updatedNews\":\"ok\"}"));
    }

    @Test
    @Checklist("RPC 73")
    void emptySubscriptionHasNoStatus() throws Exception {
        assertThat(open("/").ask(call(1, "rpc.on", "[]"))).isEqualTo(result(1, "{}"));
    }

    @Test
    void nonStringEventNameIsConverted() throws Exception {
        assertThat(open("/").ask(call(1, "rpc.on", "[1,null,{},[1,[2]],true]")))
                .isEqualTo(
                        result(
                                1,
                                "{\"1\":\"provided event invalid\",\"null\":\"provided event invalid\",\"[object Object]\":\"provided event invalid\",\"1,2\":\"provided event invalid\",\"true\":\"provided event invalid\"}"));
    }

    @Test
    @Checklist("RPC 74")
    void unsubscriptionHasStatus() throws Exception {
        RawSocket socket = subscribed();
        assertThat(socket.ask(call(2, "rpc.off", "[\"newMail\",\"updatedNews\",\"zz\"]")))
                .isEqualTo(result(
                        2,
                        "{\"newMail\":\"ok\",\"updatedNews\":\"not subscribed\",\"zz\":\"provided event invalid\"}"));
    }

    @Test
    @Checklist("RPC 76")
    void subscriptionWithoutIdIsAnsweredWithNullId() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"newMail\"]}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"newMail\":\"ok\"},\"id\":null}");
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.off\",\"params\":[\"newMail\"]}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"newMail\":\"ok\"},\"id\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}", "5", "true"})
    @Checklist("RPC 77")
    void nonArraySubscriptionIsInvalid(String params) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", params)))
                .isEqualTo(error(-32602, "Invalid params", "\"an array of event names is expected\"", "1"));
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(result(2, "3"));
    }

    private static String event(String params) {
        return "{\"notification\":\"newMail\",\"params\":" + params + "}";
    }

    @Test
    @Checklist({"RPC 78", "RPC 79", "RPC 80", "RPC 87"})
    void serverEmitDoesNotWrapSingleObjectOrArray() throws Exception {
        RawSocket socket = subscribed();
        assertThat(server.emit("newMail")).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo(event("[]"));
        server.emit("newMail", 1);
        assertThat(socket.nextText()).isEqualTo(event("[1]"));
        server.emit("newMail", "fox", 2, null);
        assertThat(socket.nextText()).isEqualTo(event("[\"fox\",2,null]"));
        server.emit("newMail", new Point(1));
        assertThat(socket.nextText()).isEqualTo(event("{\"x\":1}"));
        server.emit("newMail", Map.of());
        assertThat(socket.nextText()).isEqualTo(event("{}"));
        server.emit("newMail", List.of(1, 2));
        assertThat(socket.nextText()).isEqualTo(event("[1,2]"));
        server.emit("newMail", new Object[] {null});
        assertThat(socket.nextText()).isEqualTo(event("[null]"));
        server.emit("newMail", new Point(1), new Point(2));
        assertThat(socket.nextText()).isEqualTo(event("[{\"x\":1},{\"x\":2}]"));
        server.emit("newMail", Instant.EPOCH);
        assertThat(socket.nextText()).isEqualTo(event("[\"1970-01-01T00:00:00Z\"]"));
    }

    @Test
    @Checklist("RPC 81")
    void unsubscribedSocketsReceiveNothing() throws Exception {
        subscribed();
        RawSocket other = open("/");
        other.ask(call(1, "sum", "[1,2]"));
        server.emit("newMail", 1);
        other.assertNoOtherMessage();
    }

    @Test
    @Checklist("RPC 82")
    void serverEmitReachesAllDeclaringNamespaces() throws Exception {
        server.namespace("/chat").event("newMail");
        RawSocket root = subscribed();
        RawSocket chat = open("/chat");
        chat.ask(call(1, "rpc.on", "[\"newMail\"]"));
        server.emit("newMail", 1);
        assertThat(root.nextText()).isEqualTo(event("[1]"));
        assertThat(chat.nextText()).isEqualTo(event("[1]"));
        assertThat(server.emit("undeclared")).isZero();
    }

    @Test
    @Checklist({"RPC 83", "RPC 84"})
    void namespaceEmitAlwaysSendsArray() throws Exception {
        RawSocket socket = subscribed();
        RpcNamespace root = server.namespace("/");
        assertThat(root.emit("newMail", "aaaa", "bbbb", "cccc")).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo(event("[\"aaaa\",\"bbbb\",\"cccc\"]"));
        root.emit("newMail", new Point(1));
        assertThat(socket.nextText()).isEqualTo(event("[{\"x\":1}]"));
        root.emit("newMail");
        assertThat(socket.nextText()).isEqualTo(event("[]"));
        root.emit("newMail", List.of(1));
        assertThat(socket.nextText()).isEqualTo(event("[[1]]"));
    }

    @Test
    @Checklist("RPC 85")
    void namespaceEmitReachesSubscribersOnly() throws Exception {
        RawSocket other = open("/");
        other.ask(call(1, "sum", "[1,2]"));
        assertThat(server.namespace("/").emit("newMail", 1)).isZero();
        assertThat(server.namespace("/").emit("undeclared", 1)).isZero();
        other.assertNoOtherMessage();
    }

    @Test
    @Checklist("RPC 86")
    void namespaceBroadcastReachesAllSockets() throws Exception {
        restart(builder -> builder.compatibility(RpcCompatibility.MSGPACK_RPC_WEBSOCKETS_1));
        RawSocket socket = open("/");
        socket.ask(call(1, "sum", "[1,2]"));
        assertThat(server.namespace("/").emit("undeclared", 1)).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo("{\"notification\":\"undeclared\",\"params\":[1]}");
    }

    @Test
    @Checklist("RPC 88")
    void noDeliveryAfterUnsubscribeOrClose() throws Exception {
        RawSocket socket = subscribed();
        socket.ask(call(2, "rpc.off", "[\"newMail\"]"));
        server.emit("newMail", 1);
        socket.assertNoOtherMessage();
        socket.ask(call(3, "rpc.on", "[\"newMail\"]"));
        socket.end(1000);
        Awaitility.await().until(() -> server.namespace("/").clients().isEmpty());
        assertThat(server.emit("newMail", 1)).isZero();
        assertThat(server.namespace("/").emit("newMail", 1)).isZero();
    }

    @Test
    void unencodableEventIsReportedAndNotSent() throws Exception {
        RawSocket socket = subscribed();
        server.emit("newMail", new Circle());
        socket.assertNoOtherMessage();
        assertThat(server.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 1L);
    }

    @Test
    void subscriptionsAreLimited() throws Exception {
        restart(builder -> builder.maxSubscriptions(1));
        assertThat(open("/").ask(call(1, "rpc.on", "[\"newMail\",\"updatedNews\"]")))
                .isEqualTo(result(1, "{\"newMail\":\"ok\",\"updatedNews\":\"too many subscriptions\"}"));
    }

    @Test
    @Checklist("RPC 99")
    void protectedEventRequiresLogin() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(2, "rpc.on", "[\"newMail\",\"hidden\"]")))
                .isEqualTo(error(-32606, "Event forbidden", "2"));
        // All or nothing: the unprotected event is not subscribed either.
        assertThat(socket.ask(call(3, "rpc.off", "[\"newMail\",\"hidden\"]")))
                .isEqualTo(result(3, "{\"newMail\":\"not subscribed\",\"hidden\":\"not subscribed\"}"));
        socket.ask(LOGIN);
        assertThat(socket.ask(call(4, "rpc.on", "[\"hidden\"]"))).isEqualTo(result(4, "{\"hidden\":\"ok\"}"));
    }

    @Test
    void eventsMayHaveLifecycleNames() throws Exception {
        for (String name : Arrays.asList("connection", "disconnection", "close", "error")) {
            server.event(name);
        }
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"connection\",\"disconnection\",\"close\",\"error\"]"));
        RawSocket other = open("/");
        other.ask(call(1, "sum", "[1,2]"));
        other.end(1000);
        Awaitility.await().until(() -> server.stats().connections() == 1);
        socket.assertNoOtherMessage();
    }

    @Test
    void typesAreRejectedAsArguments() {
        assertThatThrownBy(() -> server.emit("newMail", 1, String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("argument of 'newMail': the type java.lang.String");
        assertThatThrownBy(() -> server.namespace("/").emit("newMail", String.class))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
