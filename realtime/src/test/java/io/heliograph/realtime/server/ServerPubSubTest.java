package io.heliograph.realtime.server;

import static io.heliograph.realtime.server.RawPeer.publication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.BrokerException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.testkit.Checklist;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerPubSubTest {

    @Test
    @Checklist("SC 129")
    void subscriptionIsAnsweredAndReported() {
        try (var fixture = ServerFixture.listening()) {
            List<String> told = new CopyOnWriteArrayList<>();
            fixture.server.on(
                    ServerEvent.Subscription.class,
                    event -> told.add("server " + event.channel() + " " + shown(event.subscriptionOptions())));
            var joined = fixture.joined();
            joined.socket()
                    .on(
                            SocketEvent.Subscribe.class,
                            event -> told.add("socket " + event.channel() + " " + shown(event.subscriptionOptions())));
            assertThat(
                            joined.peer()
                                    .ask(
                                            "{'event':'#subscribe','data':{'channel':'foo','waitForAuth':true,'data':{'q':1},'x':null},'cid':2}"))
                    .isEqualTo("{'rid':2}");
            assertThat(joined.peer().ask("{'event':'#subscribe','data':{'channel':''},'cid':3}"))
                    .isEqualTo("{'rid':3}");
            assertThat(joined.peer().ask("{'event':'#subscribe','data':{'channel':''},'cid':4}"))
                    .isEqualTo("{'rid':4}");
            await().untilAsserted(() -> assertThat(told)
                    .containsExactly(
                            "socket foo {waitForAuth=true, data={\"q\":1}, x=null}",
                            "server foo {waitForAuth=true, data={\"q\":1}, x=null}",
                            "socket  {}",
                            "server  {}",
                            "socket  {}",
                            "server  {}"));
            assertThat(joined.socket().subscriptions()).containsExactlyInAnyOrder("foo", "");
            assertThat(joined.socket().isSubscribed("foo")).isTrue();
        }
    }

    private static String shown(Map<String, Payload> options) {
        return options.toString();
    }

    // original: Server should be able to handle invalid #subscribe and #unsubscribe and #publish
    // events without crashing
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "#subscribe   | [null]                    | Subscribe",
                "#subscribe   | {'channel':{'hello':123}} | Subscribe",
                "#subscribe   | null                      | Subscribe",
                "#subscribe   | 'foo'                     | Subscribe",
                "#unsubscribe | [null]                    | Unsubscribe",
                "#unsubscribe | {'channel':'foo'}         | Unsubscribe",
                "#unsubscribe | null                      | Unsubscribe",
                "#publish     | null                      | Publish",
                "#publish     | {'channel':{'hello':123}} | Publish",
                "#publish     | {'channel':null}          | Publish",
                "#publish     | {}                        | Publish"
            })
    @Checklist("SC 130")
    void malformedChannelPacketIsRejected(String event, String data, String action) {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.join();
            String head = "{'event':'" + event + "','data':" + data;
            assertThat(peer.ask(head + ",'cid':5}"))
                    .isEqualTo("{'rid':5,'error':{'message':'"
                            + action
                            + " channel name was malformatted','name':'InvalidActionError'}}");
            peer.send(head + "}").expectSilence();
            await().untilAsserted(() ->
                    assertThat(fixture.warningNames()).startsWith("InvalidActionError", "InvalidActionError"));
        }
    }

    @Test
    @Checklist("SC 131")
    void subscribeWithoutCidHasNoEffect() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.peer()
                    .send("{'event':'#subscribe','data':{'channel':'foo'}}")
                    .expectSilence();
            assertThat(joined.socket().subscriptions()).isEmpty();
        }
    }

    // original: Socket should emit an error when trying to unsubscribe from a channel which it is
    // not subscribed to
    @Test
    @Checklist("SC 132")
    void unsubscribeWithoutSubscriptionFails() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<Throwable> errors = new CopyOnWriteArrayList<>();
            joined.socket().on(SocketEvent.Failure.class, event -> errors.add(event.error()));
            String text = "Failed to unsubscribe socket from the bar channel - InvalidActionError: Socket "
                    + joined.socket().id()
                    + " tried to unsubscribe from a channel which it is not subscribed to";
            assertThat(joined.peer().ask("{'event':'#unsubscribe','data':'bar','cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'" + text + "','name':'BrokerError'}}");
            await().untilAsserted(() -> assertThat(errors).hasSize(1));
            assertThat(errors.get(0)).isInstanceOf(BrokerException.class).hasMessage(text);
        }
    }

    @Test
    void unsubscribeStopsPublications() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            var left = new CompletableFuture<String>();
            var told = new CompletableFuture<ServerEvent.Unsubscription>();
            joined.socket().on(SocketEvent.Unsubscribe.class, event -> left.complete(event.channel()));
            fixture.server.on(ServerEvent.Unsubscription.class, told::complete);
            joined.peer().subscribe("foo");
            assertThat(joined.peer().ask("{'event':'#unsubscribe','data':'foo','cid':3}"))
                    .isEqualTo("{'rid':3}");
            assertThat(left.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("foo");
            assertThat(told.orTimeout(10, TimeUnit.SECONDS).join())
                    .isEqualTo(new ServerEvent.Unsubscription(joined.socket(), "foo"));
            fixture.server.exchange().publish("foo", 1).join();
            joined.peer().expectSilence();
            assertThat(fixture.server.exchange().channels()).isEmpty();
        }
    }

    @Test
    @Checklist("SC 133")
    void subscriptionBeyondChannelLimitFails() {
        try (var fixture = ServerFixture.listening(options -> options.socketChannelLimit(2))) {
            var joined = fixture.joined();
            joined.peer().subscribe("a").subscribe("b");
            for (String channel : List.of("c", "a")) {
                assertThat(joined.peer().ask("{'event':'#subscribe','data':{'channel':'" + channel + "'},'cid':2}"))
                        .isEqualTo("{'rid':2,'error':{'message':'Failed to subscribe socket to the "
                                + channel
                                + " channel - InvalidActionError: Socket "
                                + joined.socket().id()
                                + " tried to exceed the channel subscription limit of 2','name':'BrokerError'}}");
            }
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.TOO_MANY_CHANNELS, 2L);
            assertThat(joined.socket().subscriptions()).hasSize(2);
        }
    }

    @Test
    @Checklist("SC 134")
    void disabledClientPublishIsRejected() {
        try (var fixture = ServerFixture.listening(options -> options.allowClientPublish(false))) {
            RawPeer peer = fixture.join().subscribe("foo");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo','data':1},'cid':2}"))
                    .isEqualTo(
                            "{'rid':2,'error':{'message':'Client publish feature is disabled','name':'InvalidActionError'}}");
            peer.send("{'event':'#publish','data':{'channel':'foo','data':1}}").expectSilence();
            fixture.server.exchange().publish("foo", 2).join();
            assertThat(peer.next()).isEqualTo(publication("foo", "2"));
        }
    }

    @Test
    @Checklist({"SC 135", "SC 136"})
    void publicationReachesPublisherBeforeResponse() {
        try (var fixture = ServerFixture.listening()) {
            RawPeer one = fixture.join().subscribe("foo");
            RawPeer two = fixture.join().subscribe("foo");
            one.send("{'event':'#publish','data':{'channel':'foo','data':'hi'},'cid':3}");
            assertThat(one.next(2)).containsExactly(publication("foo", "'hi'"), "{'rid':3}");
            assertThat(two.next()).isEqualTo(publication("foo", "'hi'"));
            one.send("{'event':'#publish','data':{'channel':'foo'}}");
            assertThat(two.next()).isEqualTo("{'event':'#publish','data':{'channel':'foo'}}");
            one.send("{'event':'#publish','data':{'channel':'foo','data':null}}");
            assertThat(two.next()).isEqualTo(publication("foo", "null"));
        }
    }

    // original: Should maintain order of publish and subscribe
    // original: Should maintain order of publish and subscribe when client starts out as
    // disconnected
    // original: The batchOnHandshake option should not break the order of subscribe and publish
    @ParameterizedTest
    @CsvSource({"false", "true"})
    @Checklist("SC 137")
    void subscribeThenPublishDeliversPublication(boolean batching) {
        try (var fixture = ServerFixture.listening(options -> options.batchOnHandshake(batching))) {
            RawPeer peer = fixture.connect();
            peer.send(
                    "["
                            + RawPeer.HANDSHAKE
                            + ",{'event':'#subscribe','data':{'channel':'foo'},'cid':2},{'event':'#publish','data':{'channel':'foo','data':1}}]");
            assertThat(peer.next()).startsWith("{'rid':1,");
            if (batching) {
                assertThat(peer.next()).isEqualTo("[{'rid':2}," + publication("foo", "1") + "]");
            } else {
                assertThat(peer.next(2)).containsExactly("{'rid':2}", publication("foo", "1"));
            }
        }
    }

    /** A broker whose unsubscribing completes when the test says. */
    private static final class SlowBroker implements Broker {
        private final Broker broker = Broker.inMemory();
        final List<CompletableFuture<Void>> leaving = new CopyOnWriteArrayList<>();
        volatile boolean failing;

        @Override
        public void start(Receiver receiver) {
            broker.start(receiver);
        }

        @Override
        public CompletableFuture<Position> publish(String channel, Draft draft) {
            return failing
                    ? CompletableFuture.failedFuture(new IllegalStateException("secret"))
                    : broker.publish(channel, draft);
        }

        @Override
        public CompletableFuture<Position> subscribe(String channel) {
            return failing
                    ? CompletableFuture.failedFuture(new IllegalStateException("secret"))
                    : broker.subscribe(channel);
        }

        @Override
        public CompletableFuture<Void> unsubscribe(String channel) {
            CompletableFuture<Void> gone = new CompletableFuture<>();
            leaving.add(gone);
            return gone.thenCompose(none -> broker.unsubscribe(channel));
        }

        @Override
        public CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
            return broker.read(channel, after, limit);
        }

        @Override
        public CompletableFuture<Set<String>> check(Map<String, Position> heads) {
            return broker.check(heads);
        }

        @Override
        public BrokerState state() {
            return broker.state();
        }

        @Override
        public CompletableFuture<Void> drain() {
            return broker.drain();
        }

        @Override
        public void close() {
            broker.close();
        }
    }

    // original: When default AGSimpleBroker broker engine is used, disconnect event should trigger
    // before unsubscribe event
    // original: When disconnecting a socket, the unsubscribe event should trigger after the
    // disconnect and close events
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist("SC 138")
    void disconnectAndCloseEventsPrecedeUnsubscribe(boolean delayed) {
        SlowBroker broker = new SlowBroker();
        try (Exchange exchange = delayed ? Exchange.builder().broker(broker).build() : Exchange.inMemory();
                var fixture = ServerFixture.listening(options -> options.exchange(exchange))) {
            var joined = fixture.joined();
            List<String> events = new CopyOnWriteArrayList<>();
            joined.socket().on(SocketEvent.Unsubscribe.class, e -> events.add("unsubscribe " + e.channel()));
            joined.socket().on(SocketEvent.Disconnect.class, e -> events.add("disconnect"));
            joined.socket().on(SocketEvent.Close.class, e -> events.add("close"));
            joined.socket().on(SocketEvent.End.class, e -> events.add("end"));
            joined.peer().subscribe("foo");
            joined.peer().close(1000, "");
            if (delayed) {
                await().until(() -> events.size() == 2 && broker.leaving.size() == 1);
                broker.leaving.get(0).complete(null);
            }
            await().untilAsserted(
                            () -> assertThat(events).containsExactly("disconnect", "close", "unsubscribe foo", "end"));
        }
    }

    // original: Socket should not receive messages from a channel which it has only just
    // unsubscribed from (accounting for delayed unsubscribe by brokerEngine)
    @Test
    @Checklist("SC 139")
    void unsubscribedChannelDeliversNothing() {
        SlowBroker broker = new SlowBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build();
                var fixture = ServerFixture.listening(options -> options.exchange(exchange))) {
            var joined = fixture.joined();
            joined.socket().on(SocketEvent.Unsubscribe.class, event -> exchange.publish(event.channel(), "hello"));
            joined.peer().subscribe("foo");
            joined.peer().send("{'event':'#unsubscribe','data':'foo','cid':2}");
            await().until(() -> broker.leaving.size() == 1);
            exchange.publish("foo", "early");
            broker.leaving.get(0).complete(null);
            assertThat(joined.peer().next()).isEqualTo("{'rid':2}");
            joined.peer().expectSilence();
        }
    }

    @Test
    void brokerFailureIsReportedWithGenericMessage() { // Q11
        SlowBroker broker = new SlowBroker();
        broker.failing = true;
        try (Exchange exchange = Exchange.builder().broker(broker).build();
                var fixture = ServerFixture.listening(options -> options.exchange(exchange))) {
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{'event':'#subscribe','data':{'channel':'foo'},'cid':2}"))
                    .startsWith("{'rid':2,'error':{'message':'Failed to subscribe socket to the foo channel - ")
                    .endsWith("'name':'BrokerError'}}")
                    .doesNotContain("secret");
            assertThat(peer.ask("{'event':'#publish','data':{'channel':'foo'},'cid':3}"))
                    .contains("'name':'BrokerError'")
                    .doesNotContain("secret");
        }
    }

    // original: Socket channelSubscriptions and channelSubscriptionsCount should update when
    // socket.kickOut(channel) is called
    @Test
    @Checklist({"SC 140", "SC 141"})
    void kickOutUnsubscribesAndNotifiesClient() { // Q16
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            RawPeer peer = joined.peer();
            peer.subscribe("a").subscribe("b").subscribe("c").subscribe("d").subscribe("e");
            socket.kickOut("a", "bye").join();
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'a','message':'bye'}}");
            assertThat(socket.subscriptions()).hasSize(4);
            socket.kickOut("b").join();
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'b'}}");
            socket.kickOut(List.of("c", "d"), null).join();
            assertThat(peer.next(2))
                    .containsExactly(
                            "{'event':'#kickOut','data':{'channel':'c','message':null}}",
                            "{'event':'#kickOut','data':{'channel':'d','message':null}}");
            socket.kickOut().join();
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'e'}}");
            assertThat(socket.subscriptions()).isEmpty();
            fixture.server.exchange().publish("a", 1).join();
            assertThat(fixture.warnings).isEmpty();
            assertThatThrownBy(() -> socket.kickOut("a").join()).hasCauseInstanceOf(InvalidActionException.class);
            assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'a'}}");
            peer.expectSilence();
        }
    }

    // original: When default AGSimpleBroker broker engine is used, agServer.exchange should support
    // consuming data from a channel
    // original: When default AGSimpleBroker broker engine is used, agServer.exchange should support
    // publishing data to a channel
    @Test
    @Checklist({"SC 142", "SC 143"})
    void exchangeSubscribesAndPublishes() {
        try (var fixture = ServerFixture.listening()) {
            Exchange exchange = fixture.server.exchange();
            RawPeer peer = fixture.join().subscribe("bar");
            try (var data = exchange.channel("foo").stream(String.class)) {
                peer.send("{'event':'#publish','data':{'channel':'foo','data':'hi1'}}");
                peer.send("{'event':'#publish','data':{'channel':'foo','data':'hi2'}}");
                assertThat(data.next(RawPeer.deadline())).isEqualTo("hi1");
                assertThat(data.next(RawPeer.deadline())).isEqualTo("hi2");
                assertThat(exchange.isSubscribed("foo")).isTrue();
                assertThat(exchange.channels()).containsExactlyInAnyOrder("foo", "bar");
            }
            exchange.channel("bar").publish("hello1").join();
            exchange.publish("bar", "hello2").join();
            assertThat(peer.next(2)).containsExactly(publication("bar", "'hello1'"), publication("bar", "'hello2'"));
        }
    }

    @Test
    void serversWithSameExchangeShareChannels() {
        try (Exchange exchange = Exchange.inMemory();
                var one = ServerFixture.listening(options -> options.exchange(exchange));
                var two = ServerFixture.listening(
                        options -> options.exchange(exchange).codec(RealtimeCodec.minBin()))) {
            RawPeer peer = one.join().subscribe("foo");
            RawPeer binary = two.connect();
            var hex = java.util.HexFormat.of();
            binary.sendBinary(hex.parseHex("81a16593aa2368616e647368616b6581a961757468546f6b656ec001"));
            binary.nextFrame();
            // #publish of "d" to "foo"
            binary.sendBinary(hex.parseHex("81a17092a3666f6fa164"));
            assertThat(peer.next()).isEqualTo(publication("foo", "'d'"));
        }
    }

    @Test
    void protocolPacketsReachHandlersAfterResponse() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            try (var subscribes = joined.socket().procedure("#subscribe");
                    var publishes = joined.socket().receiver("#publish")) {
                joined.peer().subscribe("foo");
                Request<Payload> answered = subscribes.next(RawPeer.deadline());
                assertThat(answered.isSent()).isTrue();
                assertThatThrownBy(answered::end).isInstanceOf(InvalidActionException.class);
                joined.peer().send("{'event':'#publish','data':{'channel':'x','data':5}}");
                assertThat(publishes.next(RawPeer.deadline()).value()).isEqualTo(5L);
            }
        }
    }
}
