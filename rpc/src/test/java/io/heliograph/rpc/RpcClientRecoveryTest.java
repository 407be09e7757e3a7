package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.testkit.CapturedLog;
import io.heliograph.testkit.RawPeer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery of missed events by a client; the test is the server. */
class RpcClientRecoveryTest extends ClientFixture {

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private RawPeer subscribed(RpcClient client) {
        RawPeer peer = server.next();
        listen(client);
        CompletableFuture<Map<String, String>> subscribing = client.subscribe("a");
        assertThat(peer.nextText()).isEqualTo(request("", 1));
        peer.send(
                "{\"jsonrpc\":\"2.0\",\"result\":{\"a\":\"ok\"},\"recovery\":{\"a\":{\"position\":\"e:5\"}},\"id\":1}");
        assertThat(value(subscribing)).isEqualTo(Map.of("a", "ok"));
        return peer;
    }

    private void listen(RpcClient client) {
        client.events("a", String.class).on(received::add);
        client.events("a").onGap(gap -> received.add("gap " + gap.reason()));
    }

    private static String request(String since, int id) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"a\",{\"since\":{\"a\":\"" + since
                + "\"}}],\"id\":" + id + "}";
    }

    private static String event(String data, String position) {
        return "{\"notification\":\"a\",\"params\":[\"" + data + "\"],\"position\":\"" + position + "\"}";
    }

    private static String recovered(int id, String recovery) {
        return "{\"result\":{\"a\":\"ok\"},\"recovery\":{\"a\":{" + recovery + "}},\"id\":" + id + "}";
    }

    private void expect(String... expected) throws InterruptedException {
        for (String each : expected) {
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(each);
        }
    }

    @Test
    void clientSubscribesAgainAfterLastPosition() throws Exception {
        RpcClient client = connected(builder());
        RawPeer first = subscribed(client);
        first.send(event("6", "e:6"));
        first.send(event("7", "e:7"));
        expect("6", "7");
        first.end(1001, "");
        RawPeer second = server.next();
        assertThat(second.nextText()).isEqualTo(request("e:7", 2));
        second.send(recovered(2, "\"position\":\"f:1\",\"recovered\":true"));
        second.send(event("7", "e:7"));
        second.send(event("8", "e:8"));
        second.send(event("9", "f:1"));
        expect("8", "9");
        assertThat(client.stats().drops()).doesNotContainKey(DropReason.MISSED);
    }

    @Test
    void clientWithoutEventSubscribesAgainAtItsStart() throws Exception {
        RpcClient client = connected(builder());
        subscribed(client).end(1001, "");
        assertThat(server.next().nextText()).isEqualTo(request("e:5", 2));
    }

    @Test
    void requestsWaitForRecovery() throws Exception {
        RpcClient client = connected(builder());
        subscribed(client).end(1001, "");
        RawPeer second = server.next();
        second.nextText();
        CompletableFuture<?> call = client.call("x", null);
        second.send(recovered(2, "\"position\":\"e:5\",\"recovered\":true"));
        assertThat(second.nextText()).contains("\"method\":\"x\"");
        second.send("{\"result\":1,\"id\":3}");
        value(call);
    }

    @Test
    void lostEventsAreReportedInOrder() throws Exception {
        RpcClient client = connected(builder());
        RawPeer first = subscribed(client);
        first.send(event("6", "e:6"));
        first.end(1001, "");
        RawPeer second = server.next();
        second.nextText();
        second.send(recovered(2, "\"position\":\"e:90\",\"recovered\":false,\"reason\":\"too-old\""));
        second.send(event("91", "e:91"));
        expect("6", "gap too-old", "91");
        assertThat(client.stats().drops()).containsEntry(DropReason.MISSED, 1L);
        second.end(1001, "");
        assertThat(server.next().nextText()).isEqualTo(request("e:91", 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"forked", "conflated", "too-many"})
    void gapIsReportedAndDeliveryContinues(String reason) throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = subscribed(client);
        peer.send(event("6", "e:6"));
        peer.send("{\"gap\":\"a\",\"position\":\"e:9\",\"reason\":\"" + reason + "\"}");
        peer.send(event("9", "e:9"));
        peer.send(event("10", "e:10"));
        expect("6", "gap " + reason, "10");
    }

    @Test
    void gapOfFullQueueIsFilledBySubscribingAgain() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = subscribed(client);
        peer.send(event("6", "e:6"));
        peer.send("{\"gap\":\"a\",\"position\":\"e:8\",\"reason\":\"queue-full\"}");
        peer.send(event("9", "e:9"));
        peer.send("{\"gap\":\"a\",\"position\":\"e:11\",\"reason\":\"queue-full\"}");
        assertThat(peer.nextText()).isEqualTo(request("e:6", 2));
        peer.send(recovered(2, "\"position\":\"e:12\",\"recovered\":true"));
        for (int i = 7; i <= 12; i++) {
            peer.send(event("" + i, "e:" + i));
        }
        expect("6", "7", "8", "9", "10", "11", "12");
        assertThat(peer.poll()).isNull();
        assertThat(client.stats().drops()).doesNotContainKey(DropReason.MISSED);
    }

    @Test
    void gapIsReportedIfSubscribingAgainFails() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = subscribed(client);
        peer.send("{\"gap\":\"a\",\"position\":\"e:8\",\"reason\":\"queue-full\"}");
        peer.nextText();
        peer.send("{\"error\":{\"code\":-32606,\"message\":\"Event forbidden\"},\"id\":2}");
        expect("gap queue-full");
        peer.send(event("9", "e:9"));
        expect("9");
    }

    @Test
    void eventsContinueAfterLostConnectionDuringGap() throws Exception {
        RpcClient client = connected(builder());
        RawPeer first = subscribed(client);
        first.send("{\"gap\":\"a\",\"position\":\"e:8\",\"reason\":\"queue-full\"}");
        first.nextText();
        first.end(1001, "");
        RawPeer second = server.next();
        assertThat(second.nextText()).isEqualTo(request("e:5", 3));
        // A server without positions for this client.
        second.send("{\"result\":{\"a\":\"ok\"},\"id\":3}");
        second.send(event("9", "e:9"));
        expect("9");
    }

    @Test
    void gapWithoutListenerIsLogged() {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        try (CapturedLog log = new CapturedLog()) {
            peer.send("{\"gap\":\"other\",\"position\":\"e:9\",\"reason\":\"forked\"}");
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(log.text()).contains("Events missed: event=other reason=forked server=ws://"));
        }
        assertThat(client.stats().drops()).containsEntry(DropReason.MISSED, 1L);
    }

    @Test
    void unsubscribedEventIsNotRecovered() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = subscribed(client);
        CompletableFuture<?> off = client.unsubscribe("a");
        peer.nextText();
        peer.send("{\"result\":{\"a\":\"ok\"},\"id\":2}");
        value(off);
        peer.end(1001, "");
        RawPeer second = server.next();
        CompletableFuture<?> call = client.call("x", null);
        assertThat(second.nextText()).contains("\"method\":\"x\"");
        second.send("{\"result\":1,\"id\":3}");
        value(call);
    }

    @Test
    void serverWithoutPositionsIsNotAskedAgain() throws Exception {
        RpcClient client = connected(builder());
        RawPeer first = server.next();
        listen(client);
        CompletableFuture<Map<String, String>> subscribing = client.subscribe("a");
        first.nextText();
        first.send("{\"result\":{\"a\":\"ok\",\"[object Object]\":\"provided event invalid\"},\"id\":1}");
        assertThat(value(subscribing)).isEqualTo(Map.of("a", "ok"));
        first.send("{\"notification\":\"a\",\"params\":[\"x\"]}");
        expect("x");
        first.end(1001, "");
        RawPeer second = server.next();
        CompletableFuture<?> call = client.call("x", null);
        assertThat(second.nextText()).contains("\"method\":\"x\"");
        second.send("{\"result\":1,\"id\":2}");
        value(call);
    }

    @Test
    void recoveryCanBeSwitchedOff() throws Exception {
        RpcClient client = connected(builder().recovery(false));
        RawPeer peer = server.next();
        CompletableFuture<?> subscribing = client.subscribe("a");
        assertThat(peer.nextText())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"a\"],\"id\":1}");
        peer.send("{\"result\":{\"a\":\"ok\"},\"id\":1}");
        value(subscribing);
    }

    @Test
    void messagePackClientRecovers() throws Exception {
        RpcClient client = connected(builder().codec(RpcCodec.MSGPACK));
        RawPeer peer = server.next();
        listen(client);
        CompletableFuture<?> subscribing = client.subscribe("a");
        assertThat(peer.nextHex())
                .isEqualTo("84a76a736f6e727063a3322e30a66d6574686f64a67270632e6f6ea6706172616d73"
                        + "92a16181a573696e636581a161a0a2696401");
        peer.sendHex(
                "83 a6726573756c74 81a161a26f6b a87265636f76657279 81a161 81a8706f736974696f6e a3653a35 a26964 01");
        value(subscribing);
        // {notification: "a", params: ["x"], position: "e:6"}, twice
        for (int i = 0; i < 2; i++) {
            peer.sendHex("83 ac6e6f74696669636174696f6e a161 a6706172616d73 91a178 a8706f736974696f6e a3653a36");
        }
        peer.sendHex("83 a3676170 a161 a8706f736974696f6e a3653a39 a6726561736f6e a6666f726b6564");
        expect("x", "gap forked");
        peer.end(1001, "");
        String again = server.next().nextHex();
        assertThat(again).contains(HexFormat.of().formatHex("e:9".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void presenceIsAnEvent() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        BlockingQueue<Map<?, ?>> presence = new LinkedBlockingQueue<>();
        client.events("#presence", Map.class).on(presence::add);
        peer.send("{\"presence\":\"room\",\"joined\":[{\"id\":\"x\",\"user\":\"ada\"}]}");
        assertThat(String.valueOf(presence.poll(20, TimeUnit.SECONDS)))
                .contains("presence=room")
                .contains("user=ada");
    }
}
