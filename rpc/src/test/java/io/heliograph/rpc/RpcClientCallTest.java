package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RawPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls, notifications and login of a client; the test is the server. */
class RpcClientCallTest extends ClientFixture {

    private static final String MALFORMED =
            "Server response malformed. Response must include either \"result\" or \"error\", but not both.";

    @Test
    @Checklist("RPC 104")
    void unconnectedClientFailsImmediately() {
        RpcClient client = built(builder());
        List<CompletableFuture<?>> all = List.of(
                client.call("a", null),
                client.notify("a"),
                client.login(Map.of()),
                client.subscribe("a"),
                client.unsubscribe("a"),
                client.listMethods());
        assertThat(all)
                .allSatisfy(each -> assertThat(failure(each))
                        .isInstanceOf(NotConnectedException.class)
                        .hasMessage("socket not ready"));
        assertThat(new NotConnectedException("x").unsent()).isTrue();
    }

    @Test
    @Checklist({"RPC 105", "RPC 106", "RPC 107"})
    void idsStartAtOneAndNullParamsAreOmitted() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Payload> first = client.call("a", null);
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}");
        CompletableFuture<Integer> second = client.call("b", List.of(5, 3), Integer.class);
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":[5,3],\"id\":2}");
        peer.send("{\"jsonrpc\":\"2.0\",\"result\":{\"x\":1},\"id\":1}");
        peer.send("{\"result\":8,\"id\":2}");
        assertThat(value(first).value()).isEqualTo(Map.of("x", 1L));
        assertThat(value(second)).isEqualTo(8);
    }

    @Test
    @Checklist("RPC 106")
    void messagePackSendsNilParams() throws Exception {
        RpcClient client = connected(builder().codec(RpcCodec.MSGPACK));
        RawPeer peer = server.next();
        CompletableFuture<String> call = client.call("a", null, String.class);
        assertThat(peer.nextHex()).isEqualTo("84a76a736f6e727063a3322e30a66d6574686f64a161a6706172616d73c0a2696401");
        peer.send(Frame.of(HexFormat.of().parseHex("82a6726573756c74a178a26964ca3f800000")));
        assertThat(value(call)).isEqualTo("x");
    }

    @Test
    @Checklist("RPC 108")
    void generatedIdsMayBeStrings() throws Exception {
        RpcClient client = connected(builder().requestIds((method, params) -> method + "-7"));
        RawPeer peer = server.next();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        assertThat(peer.nextText()).endsWith("\"id\":\"a-7\"}");
        peer.send("{\"result\":1,\"id\":\"a-7\"}");
        assertThat(value(call)).isEqualTo(1);
    }

    @Test
    @Checklist("RPC 105")
    void unanswerableIdIsRejected() throws Exception {
        List<Object> ids = new ArrayList<>(List.of(0, 0.0, Double.NaN, Double.NEGATIVE_INFINITY, ""));
        RpcClient client = connected(builder().requestIds((method, params) -> ids.getFirst()));
        for (; !ids.isEmpty(); ids.removeFirst()) {
            assertThatThrownBy(() -> client.call("a", null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("id: '" + ids.getFirst() + "'");
        }
    }

    @Test
    @Checklist("RPC 109")
    void responsesMatchInAnyOrderAndByStringId() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Integer> first = client.call("a", null, Integer.class);
        CompletableFuture<Integer> second = client.call("b", null, Integer.class);
        peer.send("{\"result\":2,\"id\":\"2\"}");
        assertThat(value(second)).isEqualTo(2);
        assertThat(first).isNotDone();
        peer.send("{\"result\":1,\"id\":1.0}");
        assertThat(value(first)).isEqualTo(1);
    }

    @Test
    @Checklist("RPC 110")
    void errorCarriesCodeMessageAndData() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        peer.send("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32050,\"message\":\"Srv\",\"data\":[1]},\"id\":1}");
        assertThat(failure(call)).isInstanceOfSatisfying(RpcException.class, error -> {
            assertThat(error.code()).isEqualTo(-32050);
            assertThat(error).hasMessage("Srv");
            assertThat(error.data()).isEqualTo(List.of(1L));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"plain\"", "42", "[1]", "{\"foo\":1}"})
    @Checklist("RPC 110")
    void errorMayBeAnyValue(String error) throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        peer.send("{\"error\":" + error + ",\"id\":1}");
        assertThat(failure(call)).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isZero();
            assertThat(e.error()).isNotNull();
        });
    }

    @Test
    @Checklist("RPC 111")
    void callTimesOutAndLateResponseIsIgnored() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Integer> call = client.method("a", Integer.class)
                .with(CallOptions.timeout(Duration.ofMillis(20)))
                .call(null);
        assertThat(failure(call)).isInstanceOf(DeadlineExceededException.class).hasMessage("reply timeout");
        peer.send("{\"result\":1,\"id\":1}");
        Awaitility.await().until(() -> client.stats().drops().getOrDefault(DropReason.UNKNOWN_ID, 0L) == 1);
    }

    @Test
    void callCanBeCanceled() throws Exception {
        RpcClient client = connected(builder().maxPendingCalls(1));
        server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        assertThat(failure(client.call("b", null))).isInstanceOf(QueueFullException.class);
        assertThat(call.cancel(false)).isTrue();
        assertThat(client.call("c", null)).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"jsonrpc\":\"2.0\",\"id\":1}", "{\"result\":1,\"error\":{},\"id\":1}"})
    @Checklist("RPC 112")
    void responseWithBothOrNeitherIsMalformed(String response) throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        peer.send(response);
        assertThat(failure(call)).isInstanceOf(MalformedResponseException.class).hasMessage(MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "\"\"", "false"})
    void emptyErrorFailsCall(String error) throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        peer.send("{\"error\":" + error + ",\"id\":1}");
        assertThat(failure(call)).isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void mismatchedResultFailsCall() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        peer.send("{\"result\":\"x\",\"id\":1}");
        assertThat(failure(call)).isInstanceOf(CodecException.class);
    }

    @Test
    @Checklist("RPC 113")
    void loginFailsUnlessAccepted() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Boolean> wrong = client.login(Map.of("u", "x"));
        assertThat(peer.nextText())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.login\",\"params\":{\"u\":\"x\"},\"id\":1}");
        peer.send("{\"result\":false,\"id\":1}");
        assertThat(failure(wrong))
                .isInstanceOf(AuthenticationFailedException.class)
                .hasMessage("authentication failed");
        CompletableFuture<Boolean> right = client.login(Map.of("u", "y"));
        peer.send("{\"result\":true,\"id\":2}");
        assertThat(value(right)).isTrue();
    }

    @Test
    @Checklist("RPC 114")
    void notificationHasNoIdAndGivenParams() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        value(client.notify("a"));
        value(client.notify("a", null));
        value(client.notify("a", List.of()));
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}");
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":null}");
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[]}");
    }

    @Test
    @Checklist({"RPC 115", "RPC 116"})
    void builtInMethodsAreCalledByName() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<List<String>> methods = client.listMethods();
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"__listMethods\",\"id\":1}");
        peer.send("{\"result\":[\"__listMethods\",\"x\"],\"id\":1}");
        assertThat(value(methods)).containsExactly("__listMethods", "x");
        CompletableFuture<Map<String, String>> on = client.subscribe("a");
        assertThat(peer.nextText())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"a\",{\"since\":{\"a\":\"\"}}],\"id\":2}");
        peer.send("{\"result\":{\"a\":\"provided event invalid\"},\"id\":2}");
        assertThat(value(on)).containsExactly(Map.entry("a", "provided event invalid"));
        CompletableFuture<Map<String, String>> off = client.unsubscribe("a", "b");
        assertThat(peer.nextText())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.off\",\"params\":[\"a\",\"b\"],\"id\":3}");
        peer.send("{\"result\":{\"a\":\"ok\",\"b\":\"not subscribed\"},\"id\":3}");
        assertThat(value(off)).hasSize(2);
    }

    @Test
    @Checklist("RPC 120")
    void invalidMessagesAreIgnored() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        for (String garbage : List.of(
                "",
                "{",
                "null",
                "7",
                "\"x\"",
                "[{\"result\":1,\"id\":1}]",
                "{\"result\":1,\"id\":77}",
                "{\"result\":1,\"id\":\"toString\"}",
                "{\"result\":1,\"id\":{}}",
                "{\"result\":1,\"id\":1e999}",
                "{\"result\":1,\"id\":-0.5e-999}",
                "{\"result\":1,\"id\":null}",
                "{\"result\":1}")) {
            peer.send(garbage);
        }
        peer.send(Frame.of(HexFormat.of().parseHex("dfffffffff")));
        peer.send("{\"result\":2,\"id\":1}");
        assertThat(value(call)).isEqualTo(2);
        assertThat(client.stats().drops())
                .containsEntry(DropReason.DECODE_ERROR, 7L)
                .containsEntry(DropReason.UNKNOWN_ID, 7L);
    }

    @Test
    @Checklist("RPC 52")
    void callMayBeSentAsBinaryMessage() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<Integer> call = client.method("a", Integer.class)
                .with(new CallOptions(Duration.ZERO, true))
                .call(List.of());
        assertThat(HexFormat.of().parseHex(peer.nextHex()))
                .asString()
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[],\"id\":1}");
        peer.send("{\"result\":5,\"id\":1}");
        assertThat(value(call)).isEqualTo(5);
    }

    @Test
    void unencodableCallFails() throws Exception {
        RpcClient client = connected(builder().maxMessageBytes(100));
        assertThat(failure(client.call("a", "x".repeat(200)))).isInstanceOf(CodecException.class);
        assertThat(failure(client.notify("a", "x".repeat(200)))).isInstanceOf(CodecException.class);
        assertThat(client.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 2L);
    }

    interface Registry {
        CompletableFuture<Object> find(Object key, Object scope);
    }

    @Test
    void typesAreRejectedAsData() {
        RpcClient client = connected(builder());
        List<Runnable> calls = List.of(
                () -> client.call("a", String.class),
                () -> client.call("a", new TypeRef<List<String>>() {}),
                () -> client.call("a", new TypeRef<List<String>>() {}.type(), String.class),
                () -> client.method("a", String.class).call(Integer.class),
                () -> client.notify("a", int.class),
                () -> client.login(String.class),
                () -> client.bind(Registry.class).find(1, String.class));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(": the type ")
                        .hasMessageContaining("(expected: data;"));
        assertThat(client.stats().messagesSent()).isZero();
    }
}
