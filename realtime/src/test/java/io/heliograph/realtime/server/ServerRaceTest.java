package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.EventStream;
import io.heliograph.exchange.Broker;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.StreamCleanup;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations of one connection that cross: closes, unsubscriptions and pings while something else is pending. */
class ServerRaceTest {

    /** Returns a broker in memory whose subscriptions complete with {@code go}. */
    private static Broker slowToSubscribe(CompletableFuture<Void> go) {
        Broker broker = Broker.inMemory();
        return (Broker) Proxy.newProxyInstance(
                ServerRaceTest.class.getClassLoader(), new Class<?>[] {Broker.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("subscribe")) {
                        CompletableFuture<Position> subscribed = broker.subscribe((String) arguments[0]);
                        return go.thenCompose(none -> subscribed);
                    }
                    try {
                        return method.invoke(broker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static RealtimeSocket socket(ManualFixture fixture) {
        return fixture.server.connections().iterator().next();
    }

    private static List<String> received(RawPeer peer) {
        List<String> all = new ArrayList<>();
        for (String next = peer.poll(); next != null; next = peer.poll()) {
            all.add(next);
        }
        return all;
    }

    @Test
    void socketThatClosesBeforeBrokerAnswersLeavesNoSubscription() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (Exchange exchange = Exchange.builder().broker(slowToSubscribe(go)).build();
                var fixture = ManualFixture.listening(options -> options.exchange(exchange))) {
            List<String> subscribed = new ArrayList<>();
            fixture.server.on(ServerEvent.Subscription.class, event -> subscribed.add(event.channel()));
            RawPeer peer = fixture.join();
            RealtimeSocket socket = socket(fixture);
            peer.send("{'event':'#subscribe','data':{'channel':'news'},'cid':2}");
            peer.close(1000, "");
            fixture.clock.runReady();
            go.complete(null);
            fixture.clock.runReady();
            assertThat(exchange.subscribers("news")).isZero();
            assertThat(socket.subscriptions()).isEmpty();
            assertThat(subscribed).isEmpty();
        }
    }

    @Test
    void packetsBehindSlowBrokerAreProcessedInOrder() {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (Exchange exchange = Exchange.builder().broker(slowToSubscribe(go)).build();
                var fixture = ManualFixture.listening(options -> options.exchange(exchange))) {
            RawPeer peer = fixture.join();
            peer.send("{'event':'#subscribe','data':{'channel':'news'},'cid':2}");
            peer.send("{'event':'#unsubscribe','data':'news','cid':3}");
            peer.send("{'event':'#subscribe','data':{'channel':'news'},'cid':4}");
            assertThat(received(peer)).isEmpty();
            go.complete(null);
            fixture.clock.runReady();
            assertThat(received(peer)).containsExactly("{'rid':2}", "{'rid':3}", "{'rid':4}");
            assertThat(exchange.subscribers("news")).isEqualTo(1);
        }
    }

    @Test
    void publicationsBeforeOutboundMiddlewareAreDroppedByUnsubscribe() {
        try (var fixture = ManualFixture.listening()) {
            List<CompletableFuture<Decision>> decisions = new ArrayList<>();
            RawPeer peer = fixture.join().subscribe("a").subscribe("b");
            fixture.server.middleware(Action.PublishOut.class, action -> {
                CompletableFuture<Decision> decision = new CompletableFuture<>();
                decisions.add(decision);
                return decision;
            });
            for (String channel : List.of("b", "a", "a", "b")) {
                var unused = fixture.server.exchange().publish(channel, 1);
            }
            fixture.clock.runReady();
            assertThat(socket(fixture).outboundBackpressure()).isEqualTo(4);
            peer.send("{'event':'#unsubscribe','data':'a','cid':5}");
            assertThat(socket(fixture).outboundBackpressure()).isEqualTo(2);
            decisions.get(0).complete(Decision.allow());
            fixture.clock.runReady();
            decisions.get(1).complete(Decision.allow());
            fixture.clock.runReady();
            assertThat(decisions).hasSize(2);
            assertThat(received(peer))
                    .containsExactly("{'rid':5}", RawPeer.publication("b", 1), RawPeer.publication("b", 1));
            assertThat(socket(fixture).outboundBackpressure()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SlowConsumer.class,
            names = {"DROP_OLDEST_PER_CHANNEL", "CONFLATE_PER_CHANNEL"})
    void publicationsForSlowConsumerAreDroppedByUnsubscribe(SlowConsumer policy) {
        try (var fixture =
                ManualFixture.listening(options -> options.slowConsumer(policy).maxQueuedBytes(1_000_000))) {
            RawPeer peer = fixture.join().subscribe("a").subscribe("b");
            peer.link().reading(false);
            String text = "x".repeat(100_000);
            for (int i = 0; i < 50; i++) {
                var unused = fixture.server.exchange().publish("a", text);
                var unused2 = fixture.server.exchange().publish("b", i);
                fixture.clock.runReady();
            }
            peer.send("{'event':'#unsubscribe','data':'a','cid':5}");
            peer.link().reading(true);
            fixture.clock.runReady();
            List<String> received = received(peer);
            int answer = received.indexOf("{'rid':5}");
            assertThat(answer).isPositive();
            assertThat(received.subList(answer, received.size())).noneMatch(packet -> packet.contains("'channel':'a'"));
            assertThat(received).last().isEqualTo(RawPeer.publication("b", 49));
            assertThat(peer.isOpen()).isTrue();
        }
    }

    @Test
    void fullStreamDoesNotDelayEndOfClosedConnection() {
        try (var fixture = ManualFixture.listening(
                options -> options.socketStreamCleanupMode(StreamCleanup.CLOSE).maxPendingMessages(2))) {
            RawPeer peer = fixture.join();
            RealtimeSocket socket = socket(fixture);
            List<String> events = new ArrayList<>();
            socket.on(SocketEvent.Disconnect.class, event -> events.add("disconnect"));
            socket.on(SocketEvent.End.class, event -> events.add("end"));
            try (EventStream<Integer> stream = socket.receiver("a", Integer.class)) {
                for (int i = 0; i < 4; i++) {
                    peer.send("{'event':'a','data':" + i + "}");
                }
                socket.disconnect(4242); // reading is paused, so the server does not notice a close of the client
                fixture.clock.runReady();
                assertThat(events).containsExactly("disconnect", "end");
                assertThat(stream.next(Duration.ofSeconds(1))).isZero();
            }
        }
    }

    @Test
    void fullStreamOfServerPausesConnectionsEachTime() {
        try (var fixture = ManualFixture.listening(options -> options.maxPendingMessages(4));
                EventStream<ServerEvent.Subscription> stream = fixture.server.stream(ServerEvent.Subscription.class)) {
            RawPeer peer = fixture.join();
            List<Integer> received = new ArrayList<>();
            socket(fixture).onReceiver("a", Integer.class, received::add);
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 4; i++) {
                    peer.ask("{'event':'#subscribe','data':{'channel':'c" + round + i + "'},'cid':2}");
                }
                peer.send("{'event':'a','data':" + round + "}");
                assertThat(received).hasSize(round);
                for (int i = 0; i < 4; i++) {
                    stream.next(Duration.ofSeconds(1));
                }
                fixture.clock.runReady();
                assertThat(received).hasSize(round + 1);
            }
        }
    }

    @Test
    void pingsForSlowConsumerDoNotCloseConnection() {
        try (var fixture = ManualFixture.listening(options ->
                options.slowConsumer(SlowConsumer.DROP_OLDEST_PER_CHANNEL).maxQueuedBytes(100_000))) {
            RawPeer peer = fixture.join().subscribe("a");
            peer.link().reading(false);
            for (int i = 0; i < 100; i++) {
                var unused = fixture.server.exchange().publish("a", "x".repeat(10_000));
                fixture.clock.runReady();
            }
            fixture.advance(Duration.ofSeconds(29)); // three pings
            assertThat(peer.isOpen()).isTrue();
            peer.link().reading(true);
            fixture.clock.runReady();
            fixture.advance(Duration.ofSeconds(60));
            assertThat(peer.isOpen()).isTrue();
            assertThat(fixture.server.stats().drops().keySet())
                    .extracting(Enum::name)
                    .containsExactly("DROPPED_OLDEST");
        }
    }

    @Test
    void pingsForSilentSlowConsumerTimeOut() {
        try (var fixture = ManualFixture.listening(options -> options.maxQueuedBytes(100_000))) {
            RawPeer peer = fixture.join().subscribe("a");
            peer.link().reading(false);
            for (int i = 0; i < 9; i++) {
                var unused = fixture.server.exchange().publish("a", "x".repeat(10_000));
                fixture.clock.runReady();
            }
            fixture.advance(Duration.ofSeconds(30));
            fixture.clock.runReady();
            assertThat(fixture.server.connectionCount()).isZero();
            assertThat(fixture.events).contains("disconnection 4001 Client pong timed out");
        }
    }
}
