package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client sends, and what it makes of what comes: the server is the test itself. */
class RpcClientTest {

    record Update(String fox, int n) {}

    private static final String MALFORMED =
            "Server response malformed. Response must include either \"result\" or \"error\", but not both.";

    private RawServer server;
    private @Nullable RpcClient made;

    @BeforeEach
    void listen() throws Exception {
        server = new RawServer();
    }

    @AfterEach
    void close() throws Exception {
        if (made != null) {
            value(made.closeGracefully(Duration.ZERO));
        }
        server.close();
    }

    private RpcClient.Builder builder() {
        return RpcClient.builder(server.url()).reconnectInterval(Duration.ofMillis(1));
    }

    private RpcClient connected(RpcClient.Builder builder) throws Exception {
        RpcClient client = built(builder);
        value(client.connect());
        return client;
    }

    private RpcClient built(RpcClient.Builder builder) {
        RpcClient client = builder.build();
        made = client;
        return client;
    }

    @Test
    @Checklist({"RPC 103", "RPC 125"})
    void buildDoesNotConnect() throws Exception {
        RpcClient client = built(builder());
        assertThat(client.currentReconnects()).isZero();
        assertThat(client.isReconnecting()).isFalse();
        assertThat(client.willReconnect()).isTrue();
        assertThat(client.maxReconnects()).isEqualTo(5);
        assertThat(server.attempts).hasValue(0);
        CompletableFuture<Void> open = new CompletableFuture<>();
        client.onConnect(() -> open.complete(null));
        value(client.connect());
        assertThat(open).isDone();
        assertThat(client.isConnected()).isTrue();
        value(client.connect());
        assertThat(server.attempts).hasValue(1);
    }

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
        Link link = server.link();
        CompletableFuture<Payload> first = client.call("a", null);
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}");
        CompletableFuture<Integer> second = client.call("b", List.of(5, 3), Integer.class);
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":[5,3],\"id\":2}");
        RawServer.send(link, "{\"jsonrpc\":\"2.0\",\"result\":{\"x\":1},\"id\":1}");
        RawServer.send(link, "{\"result\":8,\"id\":2}");
        assertThat(value(first).value()).isEqualTo(Map.of("x", 1L));
        assertThat(value(second)).isEqualTo(8);
    }

    @Test
    @Checklist("RPC 106")
    void messagePackSendsNilParams() throws Exception {
        RpcClient client = connected(builder().codec(RpcCodec.MSGPACK));
        Link link = server.link();
        CompletableFuture<String> call = client.call("a", null, String.class);
        assertThat(server.next()).isEqualTo("84a76a736f6e727063a3322e30a66d6574686f64a161a6706172616d73c0a2696401");
        link.send(Frame.of(HexFormat.of().parseHex("82a6726573756c74a178a26964ca3f800000")));
        assertThat(value(call)).isEqualTo("x");
    }

    @Test
    @Checklist("RPC 108")
    void generatedIdsMayBeStrings() throws Exception {
        RpcClient client = connected(builder().requestIds((method, params) -> method + "-7"));
        Link link = server.link();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        assertThat(server.next()).endsWith("\"id\":\"a-7\"}");
        RawServer.send(link, "{\"result\":1,\"id\":\"a-7\"}");
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
        Link link = server.link();
        CompletableFuture<Integer> first = client.call("a", null, Integer.class);
        CompletableFuture<Integer> second = client.call("b", null, Integer.class);
        RawServer.send(link, "{\"result\":2,\"id\":\"2\"}");
        assertThat(value(second)).isEqualTo(2);
        assertThat(first).isNotDone();
        RawServer.send(link, "{\"result\":1,\"id\":1.0}");
        assertThat(value(first)).isEqualTo(1);
    }

    @Test
    @Checklist("RPC 110")
    void errorCarriesCodeMessageAndData() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Payload> call = client.call("a", null);
        RawServer.send(
                link, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32050,\"message\":\"Srv\",\"data\":[1]},\"id\":1}");
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
        Link link = server.link();
        CompletableFuture<Payload> call = client.call("a", null);
        RawServer.send(link, "{\"error\":" + error + ",\"id\":1}");
        assertThat(failure(call)).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isZero();
            assertThat(e.error()).isNotNull();
        });
    }

    @Test
    @Checklist("RPC 111")
    void callTimesOutAndLateResponseIsIgnored() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Integer> call = client.method("a", Integer.class)
                .with(CallOptions.timeout(Duration.ofMillis(20)))
                .call(null);
        assertThat(failure(call)).isInstanceOf(DeadlineExceededException.class).hasMessage("reply timeout");
        RawServer.send(link, "{\"result\":1,\"id\":1}");
        Awaitility.await().until(() -> client.stats().drops().getOrDefault(DropReason.UNKNOWN_ID, 0L) == 1);
    }

    @Test
    void callCanBeCanceled() throws Exception {
        RpcClient client = connected(builder().maxPendingCalls(1));
        server.link();
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
        Link link = server.link();
        CompletableFuture<Payload> call = client.call("a", null);
        RawServer.send(link, response);
        assertThat(failure(call)).isInstanceOf(MalformedResponseException.class).hasMessage(MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "\"\"", "false"})
    void emptyErrorFailsCall(String error) throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Payload> call = client.call("a", null);
        RawServer.send(link, "{\"error\":" + error + ",\"id\":1}");
        assertThat(failure(call)).isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void mismatchedResultFailsCall() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Integer> call = client.call("a", null, Integer.class);
        RawServer.send(link, "{\"result\":\"x\",\"id\":1}");
        assertThat(failure(call)).isInstanceOf(CodecException.class);
    }

    @Test
    @Checklist("RPC 113")
    void loginFailsUnlessAccepted() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Boolean> wrong = client.login(Map.of("u", "x"));
        assertThat(server.next())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.login\",\"params\":{\"u\":\"x\"},\"id\":1}");
        RawServer.send(link, "{\"result\":false,\"id\":1}");
        assertThat(failure(wrong))
                .isInstanceOf(AuthenticationFailedException.class)
                .hasMessage("authentication failed");
        CompletableFuture<Boolean> right = client.login(Map.of("u", "y"));
        RawServer.send(link, "{\"result\":true,\"id\":2}");
        assertThat(value(right)).isTrue();
    }

    @Test
    @Checklist("RPC 114")
    void notificationHasNoIdAndGivenParams() throws Exception {
        RpcClient client = connected(builder());
        value(client.notify("a"));
        value(client.notify("a", null));
        value(client.notify("a", List.of()));
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}");
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":null}");
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[]}");
    }

    @Test
    @Checklist({"RPC 115", "RPC 116"})
    void builtInMethodsAreCalledByName() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<List<String>> methods = client.listMethods();
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"__listMethods\",\"id\":1}");
        RawServer.send(link, "{\"result\":[\"__listMethods\",\"x\"],\"id\":1}");
        assertThat(value(methods)).containsExactly("__listMethods", "x");
        CompletableFuture<Map<String, String>> on = client.subscribe("a");
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"a\"],\"id\":2}");
        RawServer.send(link, "{\"result\":{\"a\":\"provided event invalid\"},\"id\":2}");
        assertThat(value(on)).containsExactly(Map.entry("a", "provided event invalid"));
        CompletableFuture<Map<String, String>> off = client.unsubscribe("a", "b");
        assertThat(server.next())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.off\",\"params\":[\"a\",\"b\"],\"id\":3}");
        RawServer.send(link, "{\"result\":{\"a\":\"ok\",\"b\":\"not subscribed\"},\"id\":3}");
        assertThat(value(off)).hasSize(2);
    }

    @Test
    @Checklist("RPC 117")
    void emptySubscriptionIsRejectedByServer() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<?> none = client.subscribe();
        assertThat(server.next()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"id\":1}");
        RawServer.send(link, "{\"error\":{\"code\":-32000,\"message\":\"Event not provided\"},\"id\":1}");
        assertThat(failure(none)).hasMessage("Event not provided");
    }

    @Test
    void subscriptionFailsUnlessStatusIsOk() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        CompletableFuture<?> bad = client.events("a", String.class).subscribe(got::add);
        RawServer.send(link, "{\"result\":{\"a\":\"provided event invalid\"},\"id\":1}");
        assertThat(failure(bad))
                .isInstanceOf(RpcException.class)
                .hasMessage("Failed subscribing to an event 'a' with: provided event invalid");
        CompletableFuture<?> good = client.events("a", String.class).subscribe(got::add);
        RawServer.send(link, "{\"result\":{\"a\":\"ok\"},\"id\":2}");
        value(good);
        RawServer.send(link, "{\"notification\":\"a\",\"params\":[\"x\"]}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("x");
    }

    private static String event(String params) {
        return "{\"notification\":\"e\",\"params\":" + params + "}";
    }

    @Test
    @Checklist("RPC 118")
    void eventParamsBecomeArguments() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        LinkedBlockingQueue<List<Object>> got = new LinkedBlockingQueue<>();
        client.events("e")
                .on(e -> got.add(e.args().stream().<Object>map(Payload::text).toList()));
        String[][] cases = {
            {"[]"},
            {"{}"},
            {"\"\""},
            {"7"},
            {"null"},
            {"[1,\"b\"]", "1", "\"b\""},
            {"[[1,2]]", "[1,2]"},
            {"{\"a\":1}", "{\"a\":1}"},
            {"\"ab\"", "\"ab\""}
        };
        for (String[] each : cases) {
            RawServer.send(link, event(each[0]));
            assertThat(got.poll(10, TimeUnit.SECONDS))
                    .as(each[0])
                    .isEqualTo(List.of(each).subList(1, each.length));
        }
        RawServer.send(link, "{\"notification\":\"e\"}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    @Checklist("RPC 118")
    void eventIsDecodedAsRequestedType() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
        client.events("e", Update.class).on(update -> got.add(update == null ? "none" : update));
        for (String params : List.of("{\"fox\":\"a\",\"n\":1}", "[{\"fox\":\"a\",\"n\":1}]", "[\"a\",1]", "[]")) {
            RawServer.send(link, event(params));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(new Update("a", 1));
        }
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("none");
        client.events("e").off();
        client.events("e", int[].class).on(numbers -> got.add(numbers == null ? 0 : numbers.length));
        RawServer.send(link, event("[1,2]"));
        RawServer.send(link, event("[[1,2,3]]"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    @Checklist("RPC 119")
    void serverNotificationIsNotSpread() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
        client.events("slotNotification")
                .on(e -> got.add(e.args().stream().map(Payload::text).toList()));
        RawServer.send(link, "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"subscription\":0}}");
        RawServer.send(link, "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":[1,2]}");
        RawServer.send(link, "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"id\":99}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of("{\"subscription\":0}"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of("[1,2]"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of());
    }

    @Test
    @Checklist("RPC 120")
    void invalidMessagesAreIgnored() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
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
            RawServer.send(link, garbage);
        }
        link.send(Frame.of(HexFormat.of().parseHex("dfffffffff")));
        RawServer.send(link, "{\"result\":2,\"id\":1}");
        assertThat(value(call)).isEqualTo(2);
        assertThat(client.stats().drops())
                .containsEntry(DropReason.DECODE_ERROR, 7L)
                .containsEntry(DropReason.UNKNOWN_ID, 7L);
    }

    @Test
    void eventsAreReadFromStream() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        try (EventStream<RpcEvent> stream = client.events("e").stream()) {
            RawServer.send(link, event("[1]"));
            RawServer.send(link, event("[2]"));
            assertThat(stream.next(Duration.ofSeconds(10)).as(Integer.class)).isEqualTo(1);
            assertThat(stream.next(Duration.ofSeconds(10)).as(Integer.class)).isEqualTo(2);
        }
    }

    @Test
    @Checklist("RPC 121")
    void disconnectSends1000AndStopsReconnecting() throws Exception {
        RpcClient client = connected(builder());
        LinkedBlockingQueue<CloseReason> closes = new LinkedBlockingQueue<>();
        client.onDisconnect(closes::add);
        server.link();
        CompletableFuture<Payload> pending = client.call("a", null);
        value(client.disconnect());
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Local());
        assertThat(failure(pending)).isInstanceOf(ClosedException.class);
        assertThat(client.isConnected()).isFalse();
        assertThat(client.isReconnecting()).isFalse();
        value(client.connect());
        server.link();
        assertThat(server.attempts).hasValue(2);
    }

    @Test
    @Checklist({"RPC 122", "RPC 129"})
    void onlyCloseCode1000StopsReconnecting() throws Exception {
        RpcClient client = connected(builder());
        LinkedBlockingQueue<CloseReason> closes = new LinkedBlockingQueue<>();
        client.onDisconnect(closes::add);
        for (int code : new int[] {0, 1001, 4000}) {
            server.link().end(code, code == 0 ? "" : "bye");
            assertThat(closes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new CloseReason.Remote(code == 0 ? 1005 : code, code == 0 ? "" : "bye"));
        }
        server.link().close(new CloseReason.Local()); // 1006
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Failed.class);
        Link last = server.link();
        Awaitility.await().until(client::isConnected);
        last.end(1000, "");
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Remote(1000, ""));
        assertThat(client.isReconnecting()).isFalse();
        assertThat(server.attempts).hasValue(5);
    }

    @Test
    @Checklist({"RPC 123", "RPC 127"})
    void reconnectingStopsAtMaximum() throws Exception {
        server.refusing = true;
        RpcClient client = built(builder().maxReconnects(3));
        LinkedBlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        CompletableFuture<CloseReason> exhausted = new CompletableFuture<>();
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        client.onError(errors::add);
        client.onMaxReconnectsReached(exhausted::complete);
        client.onDisconnect(closed::complete);
        assertThat(failure(client.connect())).isInstanceOf(HeliographException.class);
        assertThat(value(exhausted)).isInstanceOf(CloseReason.Failed.class);
        assertThat(server.attempts).hasValue(3);
        assertThat(client.currentReconnects()).isEqualTo(3);
        assertThat(client.willReconnect()).isFalse();
        assertThat(client.isReconnecting()).isFalse();
        Awaitility.await().until(() -> errors.size() == 3);
        assertThat(closed).isNotDone();
    }

    @Test
    void maxRetriesCountsRetriesOnly() throws Exception {
        server.refusing = true;
        RpcClient client = built(builder().maxRetries(2));
        client.onError(error -> {});
        assertThat(failure(client.connect())).isInstanceOf(HeliographException.class);
        assertThat(server.attempts).hasValue(3);
    }

    @Test
    @Checklist({"RPC 124", "RPC 126"})
    void unlimitedReconnectingResetsCountOnConnect() throws Exception {
        server.refusing = true;
        RpcClient client = built(builder().maxReconnects(0));
        CompletableFuture<CloseReason> exhausted = new CompletableFuture<>();
        client.onError(error -> {});
        client.onMaxReconnectsReached(exhausted::complete);
        CompletableFuture<Void> connecting = client.connect();
        Awaitility.await().until(() -> client.currentReconnects() >= 7);
        assertThat(client.isReconnecting()).isTrue();
        server.refusing = false;
        value(connecting);
        Awaitility.await().until(() -> client.currentReconnects() == 0);
        assertThat(client.isReconnecting()).isFalse();
        assertThat(exhausted).isNotDone();
    }

    @Test
    @Checklist("RPC 128")
    void pendingCallsFailOnDisconnect() throws Exception {
        RpcClient client = connected(builder().reconnect(false));
        Link link = server.link();
        CompletableFuture<Payload> call = client.call("a", null);
        server.next();
        link.end(1001, "");
        assertThat(failure(call)).isInstanceOfSatisfying(ClosedException.class, closed -> {
            assertThat(closed.reason()).isEqualTo(new CloseReason.Remote(1001, ""));
            assertThat(closed.unsent()).isFalse();
        });
        assertThat(client.isReconnecting()).isFalse();
    }

    @Test
    void restoreLogsInAndSubscribesAgain() throws Exception {
        RpcClient client = connected(builder().restore(true));
        Link link = server.link();
        CompletableFuture<Boolean> login = client.login(Map.of("u", "x"));
        server.next();
        RawServer.send(link, "{\"result\":true,\"id\":1}");
        value(login);
        CompletableFuture<?> on = client.subscribe("a");
        server.next();
        RawServer.send(link, "{\"result\":{\"a\":\"ok\"},\"id\":2}");
        value(on);
        CompletableFuture<Void> open = new CompletableFuture<>();
        client.onConnect(() -> open.complete(null));
        link.end(1001, "");
        Link again = server.link();
        assertThat(server.next()).contains("\"rpc.login\"").contains("\"u\":\"x\"");
        assertThat(open).isNotDone();
        RawServer.send(again, "{\"result\":true,\"id\":3}");
        assertThat(server.next()).contains("\"rpc.on\",\"params\":[\"a\"]");
        RawServer.send(again, "{\"result\":{\"a\":\"ok\"},\"id\":4}");
        value(open);
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    @Checklist("RPC 52")
    void callMayBeSentAsBinaryMessage() throws Exception {
        RpcClient client = connected(builder());
        Link link = server.link();
        CompletableFuture<Integer> call = client.method("a", Integer.class)
                .with(new CallOptions(Duration.ZERO, true))
                .call(List.of());
        assertThat(HexFormat.of().parseHex(server.next()))
                .asString()
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[],\"id\":1}");
        RawServer.send(link, "{\"result\":5,\"id\":1}");
        assertThat(value(call)).isEqualTo(5);
    }

    @Test
    void closeIsFinal() throws Exception {
        RpcClient client = connected(builder());
        CompletableFuture<Payload> call = client.call("a", null);
        client.close();
        value(client.closed());
        assertThat(failure(call)).isInstanceOf(ClosedException.class);
        assertThat(failure(client.connect())).isInstanceOf(ClosedException.class);
        assertThat(failure(client.call("b", null))).isInstanceOf(NotConnectedException.class);
    }

    @Test
    void closeWhileReconnectingIsFinal() throws Exception {
        server.refusing = true;
        RpcClient client = built(builder().reconnectInterval(Duration.ofHours(1)));
        client.onError(error -> {});
        CompletableFuture<Void> connecting = client.connect();
        Awaitility.await().until(client::isReconnecting);
        client.close();
        value(client.closed());
        assertThat(failure(connecting)).isInstanceOf(ClosedException.class);
    }

    @Test
    void unencodableCallFails() throws Exception {
        RpcClient client = connected(builder().maxMessageBytes(100));
        assertThat(failure(client.call("a", "x".repeat(200)))).isInstanceOf(CodecException.class);
        assertThat(failure(client.notify("a", "x".repeat(200)))).isInstanceOf(CodecException.class);
    }

    @Test
    void settingsChangeAtRuntime() throws Exception {
        RpcClient client = connected(builder().dispatch(Dispatch.direct()));
        client.autoReconnect(false);
        client.reconnectInterval(Duration.ofSeconds(2));
        client.maxReconnects(9);
        assertThat(client.maxReconnects()).isEqualTo(9);
        assertThat(client.willReconnect()).isFalse();
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        client.onDisconnect(closed::complete);
        server.link().end(1001, "");
        value(closed);
        assertThat(client.isReconnecting()).isFalse();
    }
}
