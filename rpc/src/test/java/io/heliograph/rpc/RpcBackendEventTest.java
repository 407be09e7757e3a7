package io.heliograph.rpc;

import static io.heliograph.rpc.ServerFixture.call;
import static io.heliograph.rpc.ServerFixture.error;
import static io.heliograph.rpc.ServerFixture.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications.Policy;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.rpc.spi.RpcSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of a backend, as frames. */
class RpcBackendEventTest extends BackendFixture {

    private static Payload json(String text) {
        return Payload.of(Codec.named("json"), Frame.utf8(text));
    }

    private void publish(Session session, RpcSubscription to, String data, @Nullable String position) {
        onLoop(session, () -> {
            RpcFormat format = session.peer.format();
            to.publish(format.event(to.event(), json(data), position), position);
        });
    }

    private static String event(String name, String data) {
        return "{\"notification\":\"" + name + "\",\"params\":[" + data + "]}";
    }

    @Test
    void eachEventHasStatus() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", "[\"news\",\"#x\",7,\"news\"]")))
                .isEqualTo(result(
                        1, "{\"news\":\"ok\",\"#x\":\"provided event invalid\",\"7\":\"provided event invalid\"}"));
        assertThat(socket.ask(call(2, "rpc.on", "[\"news\"]")))
                .isEqualTo(result(2, "{\"news\":\"socket has already been subscribed to event\"}"));
        assertThat(socket.ask(call(3, "rpc.off", "[\"news\",\"other\"]")))
                .isEqualTo(result(3, "{\"news\":\"ok\",\"other\":\"not subscribed\"}"));
        assertThat(next(unsubscribed)).isEqualTo("news");
        assertThat(subscriptions).hasSize(1);
    }

    @Test
    void forbiddenEventRejectsWholeRequest() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", "[\"news\",\"secret\",\"more\"]")))
                .isEqualTo(error(-32606, "Event forbidden", "1"));
        assertThat(next(unsubscribed)).isEqualTo("news");
        assertThat(subscriptions).hasSize(1);
        assertThat(socket.ask(call(2, "rpc.on", "[\"news\"]"))).isEqualTo(result(2, "{\"news\":\"ok\"}"));
    }

    @Test
    void subscriptionsBeyondLimitAreRejected() throws Exception {
        restart(Policy.CLOSE, builder -> builder.maxSubscriptions(2));
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", "[\"a\",\"b\",\"c\"]")))
                .isEqualTo(result(1, "{\"a\":\"ok\",\"b\":\"ok\",\"c\":\"too many subscriptions\"}"));
        socket.ask(call(2, "rpc.off", "[\"a\"]"));
        assertThat(socket.ask(call(3, "rpc.on", "[\"c\"]"))).isEqualTo(result(3, "{\"c\":\"ok\"}"));
    }

    @Test
    void eventIsSentInFormatOfSubscriber() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"news\"]"));
        Session session = next(sessions);
        publish(session, next(subscriptions), "{\"n\": 1}", null);
        assertThat(socket.nextText()).isEqualTo(event("news", "{\"n\": 1}"));
        RawSocket packed = open("/");
        // {method: "rpc.on", params: ["a"], id: 1}
        assertThat(packed.askHex("83 a66d6574686f64 a67270632e6f6e a6706172616d73 91a161 a26964 01"))
                .isEqualTo("82a6726573756c7481a161a26f6ba2696401");
        Session second = next(sessions);
        RpcSubscription subscription = next(subscriptions);
        onLoop(
                second,
                () -> subscription.publish(
                        second.peer
                                .format()
                                .event("a", Payload.of(Codec.named("msgpack"), Frame.of(new byte[] {5})), null),
                        null));
        assertThat(packed.nextHex()).isEqualTo("82ac6e6f74696669636174696f6ea161a6706172616d739105");
        onLoop(
                second,
                () -> subscription.publish(
                        second.peer.format().event("a", Payload.absent(Codec.named("msgpack")), "e:6"), "e:6"));
        assertThat(packed.nextHex())
                .isEqualTo("83ac6e6f74696669636174696f6ea161a6706172616d7390a8706f736974696f6ea3653a36");
    }

    @Test
    void positionsAndGapsReachClientThatAsks() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(
                        1, "rpc.on", "[\"a\",\"b\",\"c\",\"d\",{\"since\":{\"a\":\"\",\"b\":\"e:1\",\"c\":\"e:0\"}}]")))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"a\":\"ok\",\"b\":\"ok\",\"c\":\"ok\",\"d\":\"ok\"},"
                        + "\"recovery\":{\"a\":{\"position\":\"e:5\"},\"b\":{\"position\":\"e:5\",\"recovered\":true},"
                        + "\"c\":{\"position\":\"e:5\",\"recovered\":false,\"reason\":\"too-old\"}},\"id\":1}");
        Session session = next(sessions);
        RpcSubscription a = next(subscriptions);
        publish(session, a, "1", "e:6");
        assertThat(socket.nextText()).isEqualTo("{\"notification\":\"a\",\"params\":[1],\"position\":\"e:6\"}");
        onLoop(session, () -> a.gap("e:9", "forked"));
        assertThat(socket.nextText()).isEqualTo("{\"gap\":\"a\",\"position\":\"e:9\",\"reason\":\"forked\"}");
    }

    @Test
    void messagePackClientReceivesRecovery() throws Exception {
        RawSocket socket = open("/");
        // {method: "rpc.on", params: ["a", {since: {a: "e:1"}}], id: 1}
        assertThat(socket.askHex("83 a66d6574686f64 a67270632e6f6e a6706172616d73"
                        + " 92 a161 81a573696e636581a161a3653a31 a26964 01"))
                .isEqualTo("83a6726573756c7481a161a26f6ba87265636f7665727981a16182a8706f736974696f6ea3653a35"
                        + "a97265636f7665726564c3a2696401");
    }

    @Test
    void subscriptionWithPositionReplacesEarlierOne() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"a\",{\"since\":{\"a\":\"\"}}]"));
        RpcSubscription first = next(subscriptions);
        assertThat(socket.ask(call(2, "rpc.on", "[\"a\",{\"since\":{\"a\":\"e:1\"}}]")))
                .contains("\"result\":{\"a\":\"ok\"}")
                .contains("\"recovered\":true");
        assertThat(next(unsubscribed)).isEqualTo("a");
        Session session = next(sessions);
        publish(session, first, "1", "e:6");
        publish(session, next(subscriptions), "2", "e:7");
        assertThat(socket.nextText()).contains("\"params\":[2]");
    }

    @Test
    void subscriptionWithPositionsIsKeptIfClientAsksToBegin() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"a\",{\"since\":{\"a\":\"\"}}]"));
        String again = call(2, "rpc.on", "[\"a\",{\"since\":{\"a\":\"\"}}]");
        assertThat(socket.ask(again)).isEqualTo(result(2, "{\"a\":\"socket has already been subscribed to event\"}"));
        assertThat(unsubscribed).isEmpty();
    }

    @Test
    void batchesThatWaitForSubscriptionsLeaveBudget() throws Exception {
        restart(
                Policy.CLOSE,
                builder -> builder.maxUnauthenticatedBytes(100_000).maxMessageBytes(90_000));
        String padding = " ".repeat(20_000);
        for (int i = 0; i < 20; i++) {
            RawSocket socket = open("/");
            socket.send("[" + padding + call(1, "rpc.on", "[\"held\"]") + "]");
            next(subscriptions);
            socket.close();
            assertThat(next(sessions).closed).succeedsWithin(Duration.ofSeconds(20));
        }
        assertThat(open("/").ask("[" + padding + call(1, "echo", "[]") + "]")).isEqualTo("[" + result(1, "[]") + "]");
    }

    @Test
    void optionsAreOrdinaryNamesWithoutBackend() throws Exception {
        try (RpcServer plain = RpcServer.builder().port(0).build()) {
            plain.event("a");
            plain.listen().join();
            try (RawSocket socket = RawSocket.open(plain.port(), "/")) {
                assertThat(socket.ask(call(1, "rpc.on", "[\"a\",{\"since\":{\"a\":\"\"}}]")))
                        .isEqualTo(result(1, "{\"a\":\"ok\",\"[object Object]\":\"provided event invalid\"}"));
            }
        }
    }

    @Test
    void eventsBeforeAnswerFollowIt() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "rpc.on", "[\"news\",\"held\",{\"since\":{\"news\":\"\"}}]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        RpcSubscription held = next(subscriptions);
        publish(session, news, "1", "e:6");
        onLoop(session, () -> news.gap("e:8", "forked"));
        publish(session, news, "2", "e:9");
        assertThat(socket.ask(call(2, "echo", "[]"))).isEqualTo(result(2, "[]"));
        onLoop(session, held::accept);
        assertThat(socket.nextText()).startsWith("{\"jsonrpc\":\"2.0\",\"result\":{\"news\":\"ok\",\"held\":\"ok\"}");
        assertThat(socket.nextText()).contains("[1]");
        assertThat(socket.nextText()).startsWith("{\"gap\":");
        assertThat(socket.nextText()).contains("[2]");
    }

    @Test
    void eventsBeforeAnswerAreLimited() throws Exception {
        restart(Policy.DROP_OLDEST, builder -> builder.maxQueuedBytes(100_000));
        RawSocket socket = open("/");
        socket.send(call(1, "rpc.on", "[\"news\",\"held\"]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        String large = "\"" + "x".repeat(60_000) + "\"";
        publish(session, news, large, null);
        assertThat(session.peer.isOpen()).isTrue();
        publish(session, news, large, null);
        socket.awaitClosed();
        Awaitility.await()
                .untilAsserted(() -> assertThat(server.stats().drops()).containsEntry(DropReason.SLOW_CONSUMER, 1L));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unsubscribedBeforeAcceptanceIsGivenBack(boolean accepted) throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "rpc.on", "[\"held\"]"));
        RpcSubscription held = next(subscriptions);
        assertThat(socket.ask(call(2, "rpc.off", "[\"held\"]"))).isEqualTo(result(2, "{\"held\":\"ok\"}"));
        onLoop(next(sessions), () -> {
            if (accepted) {
                held.accept();
            } else {
                held.reject("provided event invalid");
            }
        });
        assertThat(socket.nextText())
                .isEqualTo(result(1, accepted ? "{\"held\":\"ok\"}" : "{\"held\":\"provided event invalid\"}"));
        assertThat(unsubscribed).hasSize(accepted ? 1 : 0);
    }

    @Test
    void eventsHeldForAnswerEndWithTheirSubscription() throws Exception {
        RawSocket socket = open("/");
        socket.send(call(1, "rpc.on", "[\"news\",\"held\"]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        RpcSubscription held = next(subscriptions);
        publish(session, news, "1", null);
        socket.ask(call(2, "rpc.off", "[\"news\"]"));
        onLoop(session, held::accept);
        assertThat(socket.nextText()).isEqualTo(result(1, "{\"news\":\"ok\",\"held\":\"ok\"}"));
        assertThat(socket.ask(call(3, "echo", "[]"))).isEqualTo(result(3, "[]"));
    }

    @Test
    void queuedEventsEndWithTheirSubscription() throws Exception {
        restart(Policy.DROP_OLDEST, builder -> builder.maxQueuedBytes(200_000));
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"news\",\"other\"]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        RpcSubscription other = next(subscriptions);
        socket.reading(false);
        String large = "\"" + "x".repeat(20_000) + "\"";
        // The link takes one half of the limit.
        for (int i = 0; i < 1000 && session.peer.queuedBytes() <= 150_000; i++) {
            publish(session, other, large, null);
        }
        assertThat(session.peer.queuedBytes()).isBetween(150_001L, 200_000L);
        publish(session, news, "\"queued\"", null);
        socket.send(call(2, "rpc.off", "[\"news\"]"));
        assertThat(next(unsubscribed)).isEqualTo("news");
        publish(session, other, "\"last\"", null);
        socket.reading(true);
        String received = "";
        while (!received.contains("last")) {
            received = socket.nextText();
            assertThat(received).doesNotContain("queued");
        }
    }

    @Test
    void endedSubscriptionSendsNothingAndMayBegin() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"news\"]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        onLoop(session, () -> {
            news.end();
            assertThat(news.publish(Frame.utf8("{}").asText(), null)).isFalse();
        });
        assertThat(unsubscribed).isEmpty();
        assertThat(socket.ask(call(2, "rpc.off", "[\"news\"]"))).isEqualTo(result(2, "{\"news\":\"not subscribed\"}"));
        assertThat(socket.ask(call(3, "rpc.on", "[\"news\"]"))).isEqualTo(result(3, "{\"news\":\"ok\"}"));
    }

    @Test
    void subscriptionEndsWithConnectionBeforeItsAnswer() throws Exception {
        RawSocket socket = open("/");
        socket.send("[" + call(1, "rpc.on", "[\"held\"]") + "]");
        RpcSubscription held = next(subscriptions);
        socket.close();
        Session session = next(sessions);
        assertThat(session.closed).succeedsWithin(Duration.ofSeconds(20));
        onLoop(session, () -> {
            held.accept();
            assertThat(held.publish(Frame.utf8("{}"), null)).isFalse();
        });
        assertThat(unsubscribed).isEmpty();
    }

    @Test
    void otherMessagesAreSentToConnection() throws Exception {
        RawSocket socket = open("/");
        Session session = next(sessions);
        session.peer.send(session.peer.format().message(Map.of("presence", "room")));
        assertThat(socket.nextText()).isEqualTo("{\"presence\":\"room\"}");
    }

    // ---- slow consumers

    /** Publishes to a peer that does not read, then reads until the last event; returns the messages. */
    private List<String> slow(Policy policy, @Nullable String since) throws Exception {
        restart(policy, builder -> builder.maxQueuedBytes(200_000));
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", since == null ? "[\"news\"]" : "[\"news\",{\"since\":{\"news\":\"\"}}]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        socket.reading(false);
        String large = "x".repeat(20_000);
        for (int i = 1; i <= 1000; i++) {
            publish(session, news, "\"" + i + large + "\"", since == null ? null : "e:" + (5 + i));
            assertThat(session.peer.queuedBytes()).isLessThanOrEqualTo(200_000);
        }
        publish(session, news, "\"last\"", since == null ? null : "e:1006");
        socket.reading(true);
        List<String> received = new ArrayList<>();
        while (received.isEmpty() || !received.get(received.size() - 1).contains("last")) {
            received.add(socket.nextText());
        }
        return received;
    }

    @ParameterizedTest
    @EnumSource(
            value = Policy.class,
            names = {"DROP_OLDEST", "CONFLATE"})
    void slowConsumerMissesOldEventsOnly(Policy policy) throws Exception {
        List<String> received = slow(policy, null);
        assertThat(received.size()).isLessThan(1001);
        DropReason reason = policy == Policy.CONFLATE ? DropReason.CONFLATED : DropReason.DROPPED_OLDEST;
        assertThat(server.stats().drops()).containsEntry(reason, 1001L - received.size());
        assertThat(server.stats().connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Policy.class,
            names = {"DROP_OLDEST", "CONFLATE"})
    void slowConsumerWithPositionsReceivesGapInPlaceOfMissedEvents(Policy policy) throws Exception {
        List<String> received = slow(policy, "");
        String reason = policy == Policy.CONFLATE ? "conflated" : "queue-full";
        long position = 5;
        int gaps = 0;
        for (String each : received) {
            long next = Long.parseLong(each.replaceAll(".*\"position\":\"e:(\\d+)\".*", "$1"));
            if (each.startsWith("{\"gap\"")) {
                assertThat(each)
                        .isEqualTo("{\"gap\":\"news\",\"position\":\"e:" + next + "\",\"reason\":\"" + reason + "\"}");
                assertThat(next).isGreaterThan(position);
                gaps++;
            } else {
                assertThat(next).isEqualTo(position + 1);
            }
            position = next;
        }
        assertThat(gaps).isPositive();
    }

    @Test
    void slowConsumerIsDisconnectedByDefault() throws Exception {
        restart(Policy.CLOSE, builder -> builder.maxQueuedBytes(200_000));
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"news\"]"));
        Session session = next(sessions);
        RpcSubscription news = next(subscriptions);
        socket.reading(false);
        String large = "\"" + "x".repeat(20_000) + "\"";
        for (int i = 0; i < 1000 && session.peer.isOpen(); i++) {
            publish(session, news, large, null);
        }
        assertThat(session.closed).succeedsWithin(Duration.ofSeconds(20));
        socket.reading(true);
    }
}
