package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean no good, and clients that cannot keep up, beside one that must not notice. */
class ServerHostileTest {

    private static ServerFixture besieged(Consumer<RealtimeServer.Builder> options) {
        return ServerFixture.listening(options).witnessed();
    }

    private static ServerFixture besieged() {
        return besieged(options -> {});
    }

    private static List<DropReason> drops(ServerFixture fixture) {
        List<DropReason> drops = new CopyOnWriteArrayList<>();
        fixture.server.on(ServerEvent.Dropped.class, event -> drops.add(event.reason()));
        return drops;
    }

    @Test
    void exceededMessageRateClosesConnection() {
        try (var fixture = besieged(options -> options.maxMessagesPerSecond(1, 50))) {
            List<DropReason> drops = drops(fixture);
            RawPeer peer = fixture.join();
            for (int i = 0; i < 60; i++) {
                peer.link().send(Frame.utf8("{\"event\":\"a\"}").asText());
            }
            assertThat(peer.endCode()).isEqualTo(1008);
            assertThat(peer.endText()).isEqualTo("Too many messages");
            await().untilAsserted(() -> assertThat(drops).containsExactly(DropReason.MESSAGE_RATE));
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.MESSAGE_RATE, 1L);
        }
    }

    @Test
    void batchedPacketsCountTowardsMessageRate() {
        try (var fixture = besieged(options -> options.maxMessagesPerSecond(1, 50))) {
            RawPeer peer = fixture.join();
            peer.send("[" + "{'event':'a'},".repeat(59) + "{'event':'a'}]");
            assertThat(peer.endCode()).isEqualTo(1008);
        }
    }

    @Test
    void pongsCountTowardsMessageRate() {
        try (var fixture = besieged(options -> options.maxMessagesPerSecond(1, 50))) {
            RawPeer peer = fixture.join();
            for (int i = 0; i < 60; i++) {
                peer.link().send(Frame.empty().asText());
            }
            assertThat(peer.endCode()).isEqualTo(1008);
        }
    }

    @Test
    void exceededByteRateClosesConnection() {
        try (var fixture = besieged(options -> options.maxBytesPerSecond(1000, 100_000))) {
            RawPeer peer = fixture.join();
            peer.send("{'event':'a','data':'" + "x".repeat(60_000) + "'}").expectSilence();
            peer.send("{'event':'a','data':'" + "x".repeat(60_000) + "'}");
            assertThat(peer.endCode()).isEqualTo(1008);
            assertThat(peer.endText()).isEqualTo("Too many bytes");
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.BYTE_RATE, 1L);
        }
    }

    @Test
    void exceededBatchLengthClosesConnection() {
        try (var fixture = besieged(options -> options.socketChannelLimit(10).maxBatchLength(10))) {
            RawPeer peer = fixture.join();
            peer.send("[" + "{'event':'a'},".repeat(9) + "{'event':'a'}]").expectSilence();
            peer.send("[" + "{'event':'a'},".repeat(10) + "{'event':'a'}]");
            assertThat(peer.endCode()).isEqualTo(1008);
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.BATCH_TOO_LONG, 1L);
        }
    }

    @Test
    void tooLongEventNameIsRejected() {
        try (var fixture = besieged()) {
            RawPeer peer = fixture.join();
            String fits = "\u20ac".repeat(341); // of 3 bytes each
            fixture.server.connections().forEach(socket -> socket.onProcedure(fits, Object.class, data -> 1));
            peer.send("{'event':'" + fits + "xx','data':1}");
            assertThat(peer.ask("{'event':'" + fits + "xx','cid':3}"))
                    .isEqualTo(
                            "{'rid':3,'error':{'message':'Event name was longer than 1024 bytes','name':'InvalidActionError'}}");
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.EVENT_NAME_TOO_LONG, 2L);
            peer.send("{'event':'" + fits + "x'}").expectSilence();
        }
    }

    @Test
    void reservedNamesOfServerHaveNoEffect() {
        try (var fixture = besieged()) {
            var joined = fixture.joined();
            RawPeer peer = joined.peer().subscribe("news");
            peer.send("{'event':'#setAuthToken','data':{'token':'" + ServerFixture.token(java.util.Map.of("a", 1))
                    + "'}}");
            peer.send("{'event':'#kickOut','data':{'channel':'news'}}");
            peer.send("{'event':'#disconnect','data':{'code':4500}}");
            peer.expectSilence();
            assertThat(joined.socket().isAuthenticated()).isFalse();
            assertThat(joined.socket().subscriptions()).containsExactly("news");
        }
    }

    @Test
    void controlCharactersOfNamesAreEscapedInErrors() {
        try (var fixture = besieged()) {
            RawPeer peer = fixture.join();
            String answer = peer.ask("{'event':'#unsubscribe','data':'a\\u001b[2J\\u202eb','cid':3}");
            assertThat(answer).contains("from the a\\\\u001b[2J\\\\u202eb channel");
            await().untilAsserted(() -> assertThat(fixture.warnings)
                    .anySatisfy(warning -> assertThat(warning.toString()).contains("a\\u001b[2J\\u202eb")));
            assertThat(fixture.warnings).noneMatch(warning -> warning.toString().contains("\u001b"));
        }
    }

    @Test
    void tooLongChannelNameIsRejected() {
        try (var fixture = besieged()) {
            RawPeer peer = fixture.join();
            String fits = "\u20ac".repeat(341); // of 3 bytes each
            peer.subscribe(fits);
            for (String event : List.of("Subscribe", "Publish")) {
                assertThat(peer.ask("{'event':'#"
                                + event.toLowerCase(java.util.Locale.ROOT)
                                + "','data':{'channel':'"
                                + fits
                                + "xx'},'cid':5}"))
                        .isEqualTo("{'rid':5,'error':{'message':'"
                                + event
                                + " channel name was longer than 1024 bytes','name':'InvalidActionError'}}");
            }
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.CHANNEL_NAME_TOO_LONG, 2L);
        }
    }

    @Test
    void megabyteChannelNameIsNotEchoedInError() {
        try (var fixture = besieged()) {
            RawPeer peer = fixture.join();
            String name = "x".repeat(1_000_000);
            assertThat(peer.ask("{'event':'#unsubscribe','data':'" + name + "','cid':2}"))
                    .isEqualTo(
                            "{'rid':2,'error':{'message':'Unsubscribe channel name was longer than 1024 bytes','name':'InvalidActionError'}}");
            assertThat(peer.ask("{'event':'#subscribe','data':{'channel':'" + name + "'},'cid':3}"))
                    .hasSizeLessThan(200);
            assertThat(peer.ask("{'event':'#authenticate','data':'" + name + "','cid':4}"))
                    .hasSizeLessThan(200);
        }
    }

    /** A number that is JSON, and longer than any that is read. */
    private static final String ENDLESS = "1".repeat(5000);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'event':'#unsubscribe','data':N,'cid':3}",
                "{'event':'#subscribe','data':{'channel':'foo','data':N},'cid':3}",
                "{'event':'#subscribe','data':{'channel':N},'cid':3}",
                "{'event':'#publish','data':{'channel':N},'cid':3}",
                "{'event':'#publish','data':{'channel':'foo','data':N},'cid':3}",
                "{'event':'#authenticate','data':N,'cid':3}",
                "{'event':'number','data':N,'cid':3}",
                "{'event':'number','data':N}",
                "{'event':'number','cid':N}",
                "{'rid':N}",
                "{'rid':1,'error':N}"
            })
    void overlongNumberDoesNotStopLaterPackets(String packet) {
        String endless = packet.replace("N", ENDLESS) + ",{'event':'echo','data':7,'cid':9}]";
        try (var fixture = besieged()) {
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            socket.onProcedure("number", Object.class, number -> number);
            socket.onReceiver("number", Object.class, number -> {});
            socket.onProcedure("echo", Object.class, data -> data);
            var call = socket.invoke("asked");
            assertThat(joined.peer().next()).isEqualTo("{'event':'asked','cid':1}");
            awaitEcho(joined.peer().send("[" + endless));
            // And in its turn, behind a packet that took its time.
            try (var subscribes = fixture.server.actions(Action.Subscribe.class)) {
                joined.peer().send("[{'event':'#subscribe','data':{'channel':'bar'},'cid':2}," + endless);
                subscribes.next(RawPeer.deadline()).allow();
                if (packet.contains("foo") && packet.contains("#subscribe")) {
                    subscribes.next(RawPeer.deadline()).allow();
                }
                awaitEcho(joined.peer());
            }
            joined.peer().expectSilence();
            assertThat(call.isDone()).isEqualTo(packet.contains("'rid':1,"));
        }
    }

    private static void awaitEcho(RawPeer peer) {
        String next = peer.next();
        while (!next.equals("{'rid':9,'data':7}")) {
            next = peer.next();
        }
    }

    @Test
    void deeplyNestedMessageIsRaw() {
        try (var fixture = besieged()) {
            var joined = fixture.joined();
            List<Integer> raws = new CopyOnWriteArrayList<>();
            joined.socket()
                    .on(SocketEvent.Raw.class, event -> raws.add(event.message().length()));
            String deep = "[".repeat(100_000) + "]".repeat(100_000);
            joined.peer()
                    .send(deep)
                    .send("{'event':'a','data':" + deep + "}")
                    .send("{'event':'a','data':" + "{'a':".repeat(5000) + "1" + "}".repeat(5001))
                    .expectSilence();
            await().untilAsserted(() -> assertThat(raws).hasSize(3));
        }
    }

    @Test
    void subscriptionFloodStopsAtLimitAndIsReleased() {
        try (var fixture = besieged(
                options -> options.maxMessagesPerSecond(100_000, 100_000).maxBatchLength(10_000))) {
            RawPeer peer = fixture.join();
            StringBuilder batch = new StringBuilder("[");
            for (int i = 0; i < 3000; i++) {
                batch.append(i == 0 ? "" : ",")
                        .append("{'event':'#subscribe','data':{'channel':'c")
                        .append(i)
                        .append("'},'cid':")
                        .append(i)
                        .append('}');
            }
            peer.send(batch + "]");
            int refused = 0;
            for (int i = 0; i < 3000; i++) {
                refused += peer.next().contains("BrokerError") ? 1 : 0;
            }
            assertThat(refused).isEqualTo(2000);
            assertThat(fixture.server.exchange().channels()).hasSize(1000);
            peer.cut();
            await().until(() -> fixture.server.exchange().channels().isEmpty());
        }
    }

    @Test
    void exceededPendingCallsFail() {
        try (var fixture = besieged(options -> options.maxPendingCalls(3))) {
            var joined = fixture.joined();
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 5; i++) {
                joined.socket().invoke("a").whenComplete((none, failure) -> {
                    if (failure != null) {
                        failures.add(failure);
                    }
                });
            }
            await().untilAsserted(() -> assertThat(failures)
                    .hasSize(2)
                    .allSatisfy(f -> assertThat(f).isInstanceOf(QueueFullException.class)));
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.TOO_MANY_CALLS, 2L);
        }
    }

    @Test
    void halfOpenHandshakesDoNotBlockOtherClients() {
        try (var fixture = besieged()) {
            List<RawPeer> halfOpen = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                halfOpen.add(fixture.connect());
            }
            halfOpen.forEach(RawPeer::link);
            fixture.join().expectSilence();
            halfOpen.forEach(RawPeer::cut);
            await().until(() -> fixture.server.pendingConnectionCount() == 0);
        }
    }

    // ---- clients that do not read

    private static String large(int number) {
        return number + "x".repeat(10_000);
    }

    @ParameterizedTest
    @EnumSource(SlowConsumer.class)
    void slowConsumerPolicyAppliesToUnreadConnection(SlowConsumer policy) {
        try (var fixture = besieged(options -> options.slowConsumer(policy).maxQueuedBytes(200_000))) {
            List<DropReason> drops = drops(fixture);
            var slow = fixture.joined();
            slow.peer().subscribe("foo").subscribe("bar");
            RawPeer quick = fixture.join().subscribe("foo");
            slow.peer().link().reading(false);
            int number = 0;
            while (drops.isEmpty() && number < 5000) {
                fixture.server.exchange().publish("foo", large(number)).join();
                assertThat(quick.next()).contains("'" + number + "x");
                number++;
                assertThat(fixture.server.stats().queuedBytes())
                        .isLessThanOrEqualTo(230_000); // with what is on its way to the other
            }
            fixture.server.exchange().publish("bar", "only one").join();
            switch (policy) {
                case CLOSE -> {
                    await().until(() -> slow.socket().state() == SocketState.CLOSED);
                    assertThat(drops).containsExactly(DropReason.SLOW_CONSUMER);
                    await().until(() -> fixture.server.connectionCount() == 2);
                }
                case DROP_OLDEST_PER_CHANNEL, CONFLATE_PER_CHANNEL -> {
                    boolean conflate = policy == SlowConsumer.CONFLATE_PER_CHANNEL;
                    for (int i = 0; i < 50; i++) {
                        fixture.server
                                .exchange()
                                .publish("foo", large(number++))
                                .join();
                        quick.next();
                    }
                    slow.peer().link().reading(true);
                    List<String> got = new ArrayList<>();
                    String last = "'" + (number - 1) + "x";
                    String next = slow.peer().next();
                    while (!next.contains(last)) {
                        got.add(next.substring(0, Math.min(80, next.length())));
                        next = slow.peer().next();
                    }
                    assertThat(got).hasSizeLessThan(number);
                    if (conflate) {
                        got.add(String.valueOf(slow.peer().poll()));
                    }
                    slow.peer().expectSilence();
                    assertThat(drops).contains(conflate ? DropReason.CONFLATED : DropReason.DROPPED_OLDEST);
                    assertThat(slow.socket().state()).isEqualTo(SocketState.OPEN);
                }
            }
        }
    }
}
