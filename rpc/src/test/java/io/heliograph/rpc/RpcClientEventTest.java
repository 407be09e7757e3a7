package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.EventStream;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RawPeer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Events and subscriptions of a client; the test is the server. */
class RpcClientEventTest extends ClientFixture {

    record Update(String fox, int n) {}

    @Test
    @Checklist("RPC 117")
    void emptySubscriptionIsRejectedByServer() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        CompletableFuture<?> none = client.subscribe();
        assertThat(peer.nextText()).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"id\":1}");
        peer.send("{\"error\":{\"code\":-32000,\"message\":\"Event not provided\"},\"id\":1}");
        assertThat(failure(none)).hasMessage("Event not provided");
    }

    @Test
    void subscriptionFailsUnlessStatusIsOk() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        CompletableFuture<?> bad = client.events("a", String.class).subscribe(got::add);
        peer.send("{\"result\":{\"a\":\"provided event invalid\"},\"id\":1}");
        assertThat(failure(bad))
                .isInstanceOf(RpcException.class)
                .hasMessage("Failed subscribing to an event 'a' with: provided event invalid");
        CompletableFuture<?> good = client.events("a", String.class).subscribe(got::add);
        peer.send("{\"result\":{\"a\":\"ok\"},\"id\":2}");
        value(good);
        peer.send("{\"notification\":\"a\",\"params\":[\"x\"]}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("x");
    }

    private static String event(String params) {
        return "{\"notification\":\"e\",\"params\":" + params + "}";
    }

    @Test
    @Checklist("RPC 118")
    void eventParamsBecomeArguments() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
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
            peer.send(event(each[0]));
            assertThat(got.poll(10, TimeUnit.SECONDS))
                    .as(each[0])
                    .isEqualTo(List.of(each).subList(1, each.length));
        }
        peer.send("{\"notification\":\"e\"}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    @Checklist("RPC 118")
    void eventIsDecodedAsRequestedType() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
        client.events("e", Update.class).on(update -> got.add(update == null ? "none" : update));
        for (String params : List.of("{\"fox\":\"a\",\"n\":1}", "[{\"fox\":\"a\",\"n\":1}]", "[\"a\",1]", "[]")) {
            peer.send(event(params));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(new Update("a", 1));
        }
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("none");
        client.events("e").off();
        client.events("e", int[].class).on(numbers -> got.add(numbers == null ? 0 : numbers.length));
        peer.send(event("[1,2]"));
        peer.send(event("[[1,2,3]]"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    @Checklist("RPC 119")
    void serverNotificationIsNotSpread() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
        client.events("slotNotification")
                .on(e -> got.add(e.args().stream().map(Payload::text).toList()));
        peer.send("{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"subscription\":0}}");
        peer.send("{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":[1,2]}");
        peer.send("{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"id\":99}");
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of("{\"subscription\":0}"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of("[1,2]"));
        assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(List.of());
    }

    @Test
    void eventsAreReadFromStream() throws Exception {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        try (EventStream<RpcEvent> stream = client.events("e").stream()) {
            peer.send(event("[1]"));
            peer.send(event("[2]"));
            assertThat(stream.next(Duration.ofSeconds(10)).as(Integer.class)).isEqualTo(1);
            assertThat(stream.next(Duration.ofSeconds(10)).as(Integer.class)).isEqualTo(2);
        }
    }

    @Test
    void numberOfArgumentsIsLimited() {
        RpcClient client = connected(builder());
        RawPeer peer = server.next();
        LinkedBlockingQueue<Object> got = new LinkedBlockingQueue<>();
        client.events("e").on(e -> {
            try {
                got.add(e.args().size());
            } catch (CodecException tooMany) {
                got.add("rejected");
            }
        });
        peer.send(event("[" + "1,".repeat(65_535) + "1]"));
        peer.send(event("[" + "1,".repeat(65_536) + "1]"));
        Awaitility.await().until(() -> got.size() == 2);
        assertThat(got).containsExactly(65_536, "rejected");
    }
}
