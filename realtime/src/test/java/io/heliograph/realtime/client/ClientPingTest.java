package io.heliograph.realtime.client;

import static io.heliograph.realtime.client.ScriptedClient.AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.TestOptions;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientPingTest {

    private ScriptedClient scripted = new ScriptedClient();

    private void with(java.util.function.Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    @Test
    @Checklist("SC 41")
    void emptyTextMessageIsAnswered() {
        ScriptedLink link = scripted.open();
        link.receive("");

        Frame pong = link.nextFrame();
        assertThat(pong.length()).isZero();
        assertThat(pong.isText()).isTrue();
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist("SC 41")
    void versionOnePingIsRawInVersionTwo() {
        ScriptedLink link = scripted.open();
        link.receive("#1").nothing();

        assertThat(scripted.events()).containsExactly("raw #1");
    }

    @Test
    @Checklist("SC 41")
    void emptyBinaryMessageIsNotPing() {
        ScriptedLink link = scripted.open();
        link.receive(Frame.empty()).nothing();

        assertThat(scripted.events()).containsExactly("raw ");
    }

    @Test
    @Checklist("SC 42")
    void versionOneHasItsOwnPings() {
        with(options -> options.protocolVersion(1));
        ScriptedLink link = scripted.open();
        link.receive("#1");
        assertThat(link.next()).isEqualTo("#2");
        link.receive("").nothing();

        assertThat(scripted.events()).containsExactly("raw ");
    }

    @Test
    @Checklist("SC 52")
    void pongsAreNotBatched() {
        ScriptedLink link = scripted.open();
        scripted.client.startBatch();
        scripted.client.transmit("event", 1);
        link.receive("");

        assertThat(link.all()).containsExactly("");
    }

    @Test
    @Checklist("SC 49")
    void missingPingsReconnectImmediately() {
        ScriptedLink link = scripted.open();
        scripted.server.advance(Duration.ofSeconds(20));
        link.receive("");
        scripted.server.advance(Duration.ofMillis(29_999));
        assertThat(scripted.events()).isEmpty();
        scripted.server.advance(Duration.ofMillis(1));

        assertThat(scripted.events())
                .containsExactly(
                        "disconnect 4000 Server ping timed out",
                        "close 4000 Server ping timed out",
                        "error SocketProtocolError: Server ping timed out" + AT,
                        "connecting");
        assertThat(link.ending()).isEqualTo("4000");
        assertThat(scripted.server.connections()).isEqualTo(2);
    }

    @Test
    void otherMessagesDoNotReplacePings() {
        // 2.6: other traffic does not restart the deadline
        ScriptedLink link = scripted.open();
        scripted.server.advance(Duration.ofSeconds(29));
        link.receive("{\"event\":\"e\"}");
        scripted.server.advance(Duration.ofSeconds(1));

        assertThat(scripted.events()).contains("disconnect 4000 Server ping timed out");
    }

    @Test
    @Checklist("SC 50")
    void connectTimeoutIsPingTimeoutBeforeHandshake() {
        with(options -> options.connectTimeout(Duration.ofMillis(500)));
        assertThat(scripted.client.pingTimeout()).isEqualTo(Duration.ofMillis(500));
        scripted.open();
        assertThat(scripted.client.pingTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void openSocketWithoutHandshakeTimesOut() {
        // 2.6
        with(options -> options.connectTimeout(Duration.ofSeconds(2)));
        scripted.client.connect();
        scripted.server.link().next();
        scripted.server.advance(Duration.ofSeconds(2));

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 4000 Server ping timed out",
                        "close 4000 Server ping timed out",
                        "error SocketProtocolError: Server ping timed out" + AT,
                        "connecting");
    }

    @Test
    @Checklist({"SC 47", "SC 51"})
    void disabledPingTimeoutKeepsConnection() {
        with(options -> options.pingTimeoutDisabled(true));
        ScriptedLink link = scripted.open();
        scripted.server.advance(Duration.ofHours(1));

        assertThat(scripted.events()).isEmpty();
        link.receive("");
        assertThat(link.all()).containsExactly("");
    }

    @Test
    void unreadPingsAreNotMissing() {
        with(options -> options.maxPendingMessages(2));
        ScriptedLink link = scripted.open();
        var stream = scripted.client.receiver("e", Object.class);
        for (int i = 0; i < 6; i++) {
            link.receive("{\"event\":\"e\",\"data\":1}");
        }
        assertThat(link.reading).isFalse();
        scripted.server.advance(Duration.ofSeconds(45));
        assertThat(scripted.events()).isEmpty();
        stream.close();
        scripted.server.run();
        assertThat(link.reading).isTrue();
        scripted.server.advance(Duration.ofSeconds(60));
        assertThat(scripted.events()).contains("disconnect 4000 Server ping timed out");
    }

    @Test
    void stalledLoopIsNotSilenceOfServer() {
        // A stopped process: the pings of the server are unread when the timers are due.
        ScriptedLink link = scripted.open();
        scripted.server.loop.clock().stall(Duration.ofSeconds(35));
        scripted.server.run();
        assertThat(scripted.events()).isEmpty();

        link.receive("");
        scripted.server.advance(Duration.ofMillis(29_999));
        assertThat(scripted.events()).isEmpty();
        scripted.server.advance(Duration.ofMillis(1));
        assertThat(scripted.events()).contains("disconnect 4000 Server ping timed out");
    }

    @Test
    void silenceStartsAgainWhenReadingResumes() {
        with(options -> options.maxPendingMessages(2));
        ScriptedLink link = scripted.open();
        var stream = scripted.client.receiver("e", Object.class);
        for (int i = 0; i < 6; i++) {
            link.receive("{\"event\":\"e\",\"data\":1}");
        }
        scripted.server.advance(Duration.ofSeconds(29));
        stream.close();
        scripted.server.run();
        assertThat(link.reading).isTrue();
        scripted.server.advance(Duration.ofMillis(29_999));
        assertThat(scripted.events()).isEmpty();
        scripted.server.advance(Duration.ofMillis(1));
        assertThat(scripted.events()).contains("disconnect 4000 Server ping timed out");
    }

    @Test
    void stalledLoopDoesNotAbortConnectAttempt() {
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.connect();
        scripted.server.run();
        scripted.server.loop.clock().stall(Duration.ofSeconds(25));
        scripted.server.run();
        assertThat(scripted.events()).containsExactly("connecting");
        scripted.server.advance(Duration.ofSeconds(20));
        assertThat(scripted.events()).contains("connectAbort 4007 Client connection establishment timed out");
    }

    @Test
    void disconnectedClientHasNoTimers() {
        ScriptedLink link = scripted.open();
        link.receive("");
        scripted.client.disconnect();
        scripted.server.advance(Duration.ofSeconds(10)); // the ack time-out of the handshake
        assertThat(scripted.server.loop.timers()).isZero();
    }

    @Test
    @Checklist("SC 128")
    void staleConnectionIsReplacedBeforeSending() {
        // Suspended machine: the timers have not fired.
        AtomicLong slept = new AtomicLong();
        scripted.close();
        scripted = new ScriptedClient(options -> {
            var loop = Objects.requireNonNull(
                    TestOptions.config(options).endpoint().loop());
            TestOptions.nanoTime(options, () -> loop.nanoTime() + slept.get());
        });
        ScriptedLink link = scripted.open();
        slept.set(Duration.ofSeconds(30).toNanos());
        scripted.client.transmit("event", 1);

        String reason = "Stale socket was disconnected by the client to initiate a new connection";
        assertThat(scripted.events())
                .containsExactly("disconnect 1000 " + reason, "close 1000 " + reason, "connecting");
        assertThat(link.ending()).isEqualTo("1000 " + reason);
        assertThat(scripted.server.link().open().all()).containsExactly("{\"event\":\"event\",\"data\":1}");
    }
}
