package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerBatchingTest {

    // original: Should batch messages sent through sockets after the handshake when the
    // batchOnHandshake option is true
    @Test
    @Checklist({"SC 168", "SC 169", "SC 171"})
    void batchOnHandshakeCombinesResponses() {
        try (var fixture = ManualFixture.listening(options -> options.batchOnHandshake(true))) {
            List<String> messages = new ArrayList<>();
            List<String> asked = new ArrayList<>();
            fixture.server.onConnection(socket -> socket.on(
                    SocketEvent.Message.class,
                    event -> messages.add(event.message().utf8())));
            fixture.server.middleware(Action.Subscribe.class, Middleware.of(action -> {
                asked.add(action.channel());
                return action.channel().equals("c12")
                        ? Decision.block("UnauthorizedSubscribeError", "no")
                        : Decision.allow();
            }));
            RawPeer peer = fixture.join();
            StringBuilder batch = new StringBuilder("[");
            StringBuilder answers = new StringBuilder("[");
            for (int i = 0; i < 20; i++) {
                String comma = i == 0 ? "" : ",";
                batch.append(comma)
                        .append("{'event':'#subscribe','data':{'channel':'c")
                        .append(i)
                        .append("'},'cid':")
                        .append(i + 2)
                        .append('}');
                answers.append(comma)
                        .append("{'rid':")
                        .append(i + 2)
                        .append(i == 12 ? ",'error':{'message':'no','name':'UnauthorizedSubscribeError'}}" : "}");
            }
            batch.append(']');
            peer.send(batch.toString());
            assertThat(messages).containsExactly(batch.toString().replace('\'', '"'));
            assertThat(asked).hasSize(20).startsWith("c0", "c1").endsWith("c19");
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(50);
            assertThat(peer.poll()).isEqualTo(answers + "]");
            peer.send("{'event':'#unsubscribe','data':'c0','cid':30}");
            fixture.advanceMillis(50);
            assertThat(peer.poll()).isEqualTo("[{'rid':30}]");
            fixture.advanceMillis(400);
            assertThat(peer.ask("{'event':'#unsubscribe','data':'c1','cid':31}"))
                    .isEqualTo("{'rid':31}");
        }
    }

    @Test
    @Checklist({"SC 52", "SC 171"})
    void batchingCollectsAllPacketsExceptPings() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join().subscribe("foo");
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            socket.startBatching();
            fixture.clock.runReady();
            socket.transmit("a", 1);
            fixture.server.exchange().publish("foo", 2);
            fixture.clock.runReady();
            peer.send("{'event':'#unsubscribe','data':'foo','cid':2}");
            assertThat(peer.poll()).isNull();
            fixture.advanceMillis(50);
            assertThat(peer.poll())
                    .isEqualTo(
                            "[{'event':'a','data':1},{'event':'#publish','data':{'channel':'foo','data':2}},{'rid':2}]");
            socket.transmit("b");
            fixture.clock.runReady();
            socket.stopBatching();
            assertThat(peer.poll()).isEqualTo("[{'event':'b'}]");
            socket.transmit("c");
            assertThat(peer.poll()).isEqualTo("{'event':'c'}");
        }
    }

    @Test
    void manualBatchIsFlushedOrCanceled() {
        try (var fixture = ManualFixture.listening()) {
            RawPeer peer = fixture.join();
            RealtimeSocket socket = fixture.server.connections().iterator().next();
            socket.startBatch();
            socket.transmit("a");
            socket.transmit("b");
            fixture.clock.runReady();
            assertThat(peer.poll()).isNull();
            socket.flushBatch();
            assertThat(peer.poll()).isEqualTo("[{'event':'a'},{'event':'b'}]");
            socket.startBatch();
            socket.transmit("c");
            fixture.clock.runReady();
            socket.cancelBatch();
            socket.transmit("d");
            assertThat(peer.poll()).isEqualTo("{'event':'d'}");
        }
    }
}
