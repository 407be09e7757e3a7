package io.heliograph.server.binding;

import static io.heliograph.server.binding.RpcListener.call;
import static io.heliograph.server.binding.RpcListener.event;
import static io.heliograph.server.binding.RpcListener.result;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.server.Connection;
import io.heliograph.server.Permission;
import io.heliograph.testkit.RawPeer;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Channels of a hub as RPC events, as frames. */
class RpcEventBindingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"news\",{\"n\": 1}]|[{\"n\": 1}]",
                "{\"data\":\"ä😀\",\"channel\":\"news\"}|[\"ä😀\"]",
                "[\"news\",null]|[null]",
                "[\"news\"]|[]",
                "{\"channel\":\"news\"}|[]",
                "[\"news\",[1,2]]|[[1,2]]",
                "[\"news\",9007199254740993]|[9007199254740993]",
                "[\"news\",{\"base64\":true,\"data\":\"AAEC\"}]|[{\"base64\":true,\"data\":\"AAEC\"}]"
            })
    void publicationPrecedesResponseAtItsPublisher(String params, String expected) {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer publisher = listener.open("");
            RawPeer other = listener.open("");
            assertThat(publisher.ask(call(1, "rpc.on", "[\"news\"]"))).isEqualTo(result(1, "{\"news\":\"ok\"}"));
            other.ask(call(1, "rpc.on", "[\"news\"]"));
            assertThat(publisher.ask(call(2, "helio.publish", params))).isEqualTo(event("news", expected));
            assertThat(publisher.nextText()).isEqualTo(result(2, "true"));
            assertThat(other.nextText()).isEqualTo(event("news", expected));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|channel: missing (expected: a string)",
                "[7]|channel: missing (expected: a string)",
                "[\"news\",1,2,3]|expected: at most 3 elements",
                "[\"#x\",1]|#x",
                "[\"news\",1,\"x\"]|id: x (expected: an array of a publisher and a sequence)"
            })
    void invalidPublicationIsRejected(String params, String message) {
        try (RpcListener listener = RpcListener.start()) {
            assertThat(listener.open("").ask(call(1, "helio.publish", params)))
                    .contains("\"code\":-32602")
                    .contains(message);
        }
    }

    @Test
    void messagePackSubscriberReceivesMessagePack() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer packed = listener.open("");
            // {method: "rpc.on", params: ["a"], id: 1}
            packed.sendHex("83 a66d6574686f64 a67270632e6f6e a6706172616d73 91a161 a26964 01");
            assertThat(packed.nextHex()).isEqualTo("82a6726573756c7481a161a26f6ba2696401");
            RawPeer json = listener.open("");
            json.ask(call(1, "rpc.on", "[\"a\"]"));
            json.send(call(2, "helio.publish", "[\"a\",{\"n\":1}]"));
            assertThat(packed.nextHex()).isEqualTo("82ac6e6f74696669636174696f6ea161a6706172616d739181a16e01");
            assertThat(json.nextText()).isEqualTo(event("a", "[{\"n\":1}]"));
            // {method: "helio.publish", params: ["a", bin 00 01 02], id: 2}
            packed.sendHex(
                    "83 a66d6574686f64 ad68656c696f2e7075626c697368 a6706172616d73 92 a161 c403000102 a26964 02");
            assertThat(packed.nextHex()).isEqualTo("82ac6e6f74696669636174696f6ea161a6706172616d7391c403000102");
            assertThat(json.nextText()).isEqualTo(result(2, "true"));
            assertThat(json.nextText()).isEqualTo(event("a", "[{\"base64\":true,\"data\":\"AAEC\"}]"));
        }
    }

    @Test
    void unconvertibleDataIsReportedOnceAndBecomesGap() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer[] packed = {listener.open(""), listener.open("")};
            for (RawPeer each : packed) {
                // {method: "rpc.on", params: ["a", {since: {a: ""}}], id: 1}
                each.sendHex("83 a66d6574686f64 a67270632e6f6e a6706172616d73 92a16181a573696e636581a161a0 a26964 01");
                assertThat(each.nextHex()).startsWith("83a6726573756c7481a161a26f6ba87265636f76657279");
            }
            String big = "1" + "0".repeat(400);
            Position position = value(listener.hub.exchange().publish("a", new BigInteger(big)));
            for (RawPeer each : packed) {
                String gap = new String(HexFormat.of().parseHex(each.nextHex()), StandardCharsets.ISO_8859_1);
                assertThat(gap).contains("gap").contains(position.toString()).contains("not-convertible");
            }
            assertThat(listener.errors.poll(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(listener.errors.poll()).isNull();
        }
    }

    @Test
    void unsubscribedClientReceivesNothing() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer peer = listener.open("");
            peer.ask(call(1, "rpc.on", "[\"news\"]"));
            assertThat(listener.hub.exchange().subscribers("news")).isEqualTo(1);
            assertThat(peer.ask(call(2, "rpc.off", "[\"news\"]"))).isEqualTo(result(2, "{\"news\":\"ok\"}"));
            assertThat(listener.hub.exchange().subscribers("news")).isZero();
            assertThat(peer.ask(call(3, "helio.publish", "[\"news\",1]"))).isEqualTo(result(3, "true"));
        }
    }

    @Test
    void publisherReceivesNoEchoIfSwitchedOff() {
        try (RpcListener listener = RpcListener.start(hub -> {}, rpc -> rpc.echo(false))) {
            RawPeer peer = listener.open("");
            RawPeer other = listener.open("");
            peer.ask(call(1, "rpc.on", "[\"news\"]"));
            other.ask(call(1, "rpc.on", "[\"news\"]"));
            assertThat(peer.ask(call(2, "helio.publish", "[\"news\",1]"))).isEqualTo(result(2, "true"));
            assertThat(other.nextText()).isEqualTo(event("news", "[1]"));
        }
    }

    @Test
    void invalidEventNamesAreRejected() {
        try (RpcListener listener = RpcListener.start()) {
            assertThat(listener.open("").ask(call(1, "rpc.on", "[\"#x\",\"\",7,\"ok\"]")))
                    .isEqualTo(
                            result(
                                    1,
                                    "{\"#x\":\"provided event invalid\",\"\":\"provided event invalid\",\"7\":\"provided event invalid\",\"ok\":\"ok\"}"));
        }
    }

    /** Engine in memory whose subscriptions wait for the test. */
    private record WaitingEngine(Engine memory, CompletableFuture<Void> go) implements Engine {

        @Override
        public Broker broker() {
            Broker broker = memory.broker();
            return (Broker) Proxy.newProxyInstance(
                    Broker.class.getClassLoader(), new Class<?>[] {Broker.class}, (proxy, method, arguments) -> {
                        Object result = method.invoke(broker, arguments);
                        return method.getName().equals("subscribe")
                                ? ((CompletableFuture<?>) result).thenCombine(go, (position, none) -> position)
                                : result;
                    });
        }

        @Override
        public Presence presence() {
            return memory.presence();
        }

        @Override
        public Control control() {
            return memory.control();
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    @Test
    void eventSubscribedAgainBeforeItsAnswerIsDelivered() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        Engine engine = new WaitingEngine(Engine.inMemory(channel -> HistoryLimits.none()), go);
        try (RpcListener listener = RpcListener.start(hub -> hub.engine(engine), rpc -> {})) {
            RawPeer peer = listener.open("");
            peer.send(call(1, "rpc.on", "[\"news\"]"));
            assertThat(peer.ask(call(2, "rpc.off", "[\"news\"]"))).isEqualTo(result(2, "{\"news\":\"ok\"}"));
            peer.send(call(3, "rpc.on", "[\"news\"]"));
            go.complete(null);
            assertThat(peer.nextTexts(2))
                    .containsExactly(result(1, "{\"news\":\"ok\"}"), result(3, "{\"news\":\"ok\"}"));
            value(listener.hub.exchange().publish("news", 1));
            assertThat(peer.nextText()).isEqualTo(event("news", "[1]"));
            assertThat(peer.ask(call(4, "helio.procedures", "[]"))).isEqualTo(result(4, "[]"));
        }
    }

    // ---- recovery

    @Test
    void clientRecoversMissedEvents() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer first = listener.open("");
            String answer = first.ask(call(1, "rpc.on", "[\"news\",{\"since\":{\"news\":\"\"}}]"));
            assertThat(answer).matches(".*\"recovery\":\\{\"news\":\\{\"position\":\"[0-9a-z]+:0\"}},\"id\":1}");
            Position start = value(listener.hub.exchange().publish("news", 1));
            assertThat(first.nextText())
                    .isEqualTo("{\"notification\":\"news\",\"params\":[1],\"position\":\"" + start + "\"}");
            first.close();
            value(listener.hub.exchange().publish("news", 2));
            Position last = value(listener.hub.exchange().publish("news", 3));
            RawPeer second = listener.open("");
            assertThat(second.ask(call(1, "rpc.on", "[\"news\",{\"since\":{\"news\":\"" + start + "\"}}]")))
                    .contains("\"recovery\":{\"news\":{\"position\":\"")
                    .contains("\"recovered\":true}}");
            assertThat(second.nextText()).contains("\"params\":[2]");
            assertThat(second.nextText())
                    .isEqualTo("{\"notification\":\"news\",\"params\":[3],\"position\":\"" + last + "\"}");
        }
    }

    @Test
    void lostHistoryIsReportedWithReason() {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.history(channel -> HistoryLimits.of(1, Duration.ofMinutes(5))), rpc -> {})) {
            Position start = value(listener.hub.exchange().publish("news", 1));
            for (int i = 2; i <= 200; i++) {
                value(listener.hub.exchange().publish("news", i));
            }
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(1, "rpc.on", "[\"news\",{\"since\":{\"news\":\"" + start + "\"}}]")))
                    .contains("\"recovered\":false,\"reason\":\"too-old\"");
            assertThat(peer.ask(call(2, "rpc.on", "[\"other\",{\"since\":{\"other\":\"1x:7\"}}]")))
                    .contains("\"recovered\":false,\"reason\":");
            assertThat(peer.ask(call(3, "rpc.on", "[\"more\",{\"since\":{\"more\":\"x\"}}]")))
                    .contains("\"code\":-32602");
        }
    }

    @Test
    void publicationWithIdIsPublishedOnce() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer peer = listener.open("");
            peer.ask(call(1, "rpc.on", "[\"news\"]"));
            String params = "[\"news\",1,[\"0123456789abcdef0123456789\",1]]";
            assertThat(peer.ask(call(2, "helio.publish", params))).isEqualTo(event("news", "[1]"));
            String answer = peer.nextText();
            assertThat(answer).contains("\"result\":{\"position\":");
            assertThat(peer.ask(call(2, "helio.publish", params))).isEqualTo(answer);
        }
    }

    // ---- the hub's side

    @Test
    void kickedOutConnectionReceivesNoMoreEvents() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            CompletableFuture<Connection> connected = new CompletableFuture<>();
            listener.hub.onConnection(connected::complete);
            RawPeer peer = listener.open("");
            peer.ask(call(1, "rpc.on", "[\"news\"]"));
            value(listener.hub.kickOut(
                    "news", new Command.Target.Connection(value(connected).id()), "enough"));
            Awaitility.await().until(() -> listener.hub.exchange().subscribers("news") == 0);
            assertThat(peer.ask(call(2, "rpc.off", "[\"news\"]")))
                    .isEqualTo(result(2, "{\"news\":\"not subscribed\"}"));
            assertThat(peer.ask(call(3, "rpc.on", "[\"news\"]"))).isEqualTo(result(3, "{\"news\":\"ok\"}"));
        }
    }

    @Test
    void presenceReachesConnectionThatWatches() {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.presence("room/**").authority((who, action, name) -> Permission.allow()), rpc -> {})) {
            RawPeer watcher = listener.open("");
            assertThat(watcher.ask(call(1, "helio.presence.watch", "{\"channel\":\"room/1\"}")))
                    .isEqualTo(result(1, "{\"members\":[],\"count\":0}"));
            RawPeer member = listener.open("/room");
            member.ask(call(1, "rpc.on", "[\"1\"]"));
            assertThat(watcher.nextText())
                    .matches("\\{\"presence\":\"room/1\",\"joined\":\\[\\{\"id\":\"rpc-[0-9a-z]{8}\",\"user\":\"\"}]}");
            member.ask(call(2, "rpc.off", "[\"1\"]"));
            assertThat(watcher.nextText()).startsWith("{\"presence\":\"room/1\",\"left\":[{\"id\":\"rpc-");
        }
    }

    @Test
    void slowConsumerIsDisconnectedAt1MiBWhileOthersContinue() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer slow = listener.open("");
            RawPeer quick = listener.open("");
            slow.ask(call(1, "rpc.on", "[\"news\"]"));
            quick.ask(call(1, "rpc.on", "[\"news\"]"));
            slow.reading(false);
            CompletableFuture<String> ended = new CompletableFuture<>();
            listener.hub.onDisconnection(end -> ended.complete(end.reason()));
            String large = "x".repeat(100_000);
            int count = 0;
            while (!ended.isDone()) {
                value(listener.hub.exchange().publish("news", large));
                assertThat(quick.nextText()).hasSize(large.length() + 37);
                count++;
                assertThat(count).isLessThan(1000);
                assertThat(listener.hub.stats().queuedBytes()).isLessThan(3 << 20);
            }
            assertThat(value(ended)).contains("queue");
            assertThat(quick.ask(call(2, "helio.procedures", "[]"))).isEqualTo(result(2, "[]"));
            slow.reading(true);
        }
    }
}
