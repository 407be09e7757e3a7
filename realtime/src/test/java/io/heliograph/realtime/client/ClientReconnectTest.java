package io.heliograph.realtime.client;

import static io.heliograph.realtime.client.ScriptedClient.AT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketState;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientReconnectTest {

    private ScriptedClient scripted = new ScriptedClient();

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    @Test
    @Checklist("SC 172")
    void buildDoesNotConnectUnlikeConnect() {
        assertThat(scripted.client.state()).isEqualTo(SocketState.CLOSED);
        CompletableFuture<Void> connected = scripted.client.connect();
        assertThat(scripted.client.state()).isEqualTo(SocketState.CONNECTING);
        assertThat(connected).isNotDone();
        scripted.server.link().open();
        assertThat(connected).isCompleted();
        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
    }

    @Test
    @Checklist("SC 173")
    void reconnectDisconnectsAndConnects() {
        scripted.open();
        scripted.client.reconnect(1000, "mine");
        scripted.server.link().open();
        assertThat(scripted.events())
                .containsExactly("disconnect 1000 mine", "close 1000 mine", "connecting", "connect socket-1");

        scripted.client.reconnect();
        scripted.server.link().open();
        assertThat(scripted.events())
                .containsExactly("disconnect 1000 null", "close 1000 null", "connecting", "connect socket-1");
    }

    @Test
    @Checklist("SC 174")
    void connectWhenOpenDoesNothing() {
        scripted.open();
        CompletableFuture<Void> again = scripted.client.connect();

        assertThat(scripted.events()).isEmpty();
        assertThat(again).isCompleted();
        assertThat(scripted.server.attempts).isEqualTo(1);
    }

    @Test
    @Checklist("SC 174")
    void connectWhileConnectingSharesAttempt() {
        CompletableFuture<Void> first = scripted.client.connect();
        CompletableFuture<Void> second = scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();

        link.open();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(scripted.server.attempts).isEqualTo(1);
    }

    @Test
    void connectAfterDisconnectConnectsAgain() {
        scripted.open();
        scripted.client.disconnect();
        CompletableFuture<Void> again = scripted.client.connect();
        assertThat(again).isNotDone();
        scripted.server.link().open();
        assertThat(again).isCompleted();
        assertThat(scripted.server.attempts).isEqualTo(2);
    }

    @Test
    void disconnectFailsPendingConnect() {
        CompletableFuture<Void> connected = scripted.client.connect();
        scripted.client.disconnect();
        CompletableFuture<Void> next = scripted.client.connect();
        assertThat(scripted.failure(connected))
                .isInstanceOf(ClosedException.class)
                .hasMessage("ws://localhost:8000/socketcluster/: disconnected before the connection was open");

        scripted.server.link().open();
        assertThat(next).isCompleted();
    }

    @Test
    @Checklist("SC 174")
    void connectWithOtherOptionsReplacesConnection() {
        ScriptedLink link = scripted.open();
        scripted.client.connect(options -> options.port(8001).ackTimeout(Duration.ofSeconds(1)));
        assertThat(scripted.client.state()).isEqualTo(SocketState.CONNECTING);

        String reason = "Socket was disconnected by the client to initiate a new connection";
        assertThat(scripted.events())
                .containsExactly("disconnect 1000 " + reason, "close 1000 " + reason, "connecting");
        assertThat(link.ending()).isEqualTo("1000 " + reason);
        assertThat(scripted.server.lastTarget).hasToString("ws://localhost:8001/socketcluster/");
        assertThat(scripted.client.uri()).isEqualTo("ws://localhost:8001/socketcluster/");
        // Q25, improved: all options are the new ones
        scripted.server.link().open();
        CompletableFuture<?> call = scripted.client.invoke("slow", 1);
        scripted.server.advance(Duration.ofSeconds(1));
        assertThat(call).isCompletedExceptionally();
    }

    @Test
    @Checklist("SC 175")
    void disconnectBeforeHandshakeAbortsConnection() {
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        scripted.client.disconnect();

        assertThat(scripted.client.state()).isEqualTo(SocketState.CLOSED);
        assertThat(scripted.events()).containsExactly("connecting", "connectAbort 1000 null", "close 1000 null");
        assertThat(link.ending()).isEqualTo("1000");
    }

    @Test
    @Checklist("SC 175")
    void disconnectAfterHandshakeEmitsDisconnect() {
        ScriptedLink link = scripted.open();
        scripted.client.disconnect(4123, "enough");

        assertThat(scripted.events())
                .containsExactly(
                        "disconnect 4123 enough",
                        "close 4123 enough",
                        "error SocketProtocolError: Socket connection closed with status code 4123 and reason: enough"
                                + AT);
        assertThat(link.ending()).isEqualTo("4123 enough");
        assertThat(scripted.client.id()).isNull();
    }

    @Test
    @Checklist("SC 176")
    void rapidConnectAndDisconnectEmitExactEvents() {
        scripted.client.connect();
        scripted.client.disconnect(1000, "One");
        scripted.client.connect();
        scripted.client.disconnect(4444, "Two");
        assertThat(scripted.client.state()).isEqualTo(SocketState.CLOSED);
        scripted.client.connect();
        scripted.server.link().open();
        scripted.client.disconnect(4455, "Three");

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 1000 One",
                        "close 1000 One",
                        "connecting",
                        "connectAbort 4444 Two",
                        "close 4444 Two",
                        "error SocketProtocolError: Socket connection closed with status code 4444 and reason: Two"
                                + AT,
                        "connecting",
                        "connect socket-1",
                        "disconnect 4455 Three",
                        "close 4455 Three",
                        "error SocketProtocolError: Socket connection closed with status code 4455 and reason: Three"
                                + AT);
    }

    @ParameterizedTest
    @ValueSource(ints = {4000, 4001, 1005})
    @Checklist("SC 177")
    void someCodesReconnectImmediatelyOnce(int code) {
        scripted.open().closeFromServer(code == 1005 ? 0 : code, "");
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
        assertThat(scripted.server.connections()).isEqualTo(2);
        assertThat(scripted.client.connectAttempts()).isEqualTo(1);
        scripted.server.link().closeFromServer(code == 1005 ? 0 : code, "");
        assertThat(scripted.client.pendingReconnectTimeout()).contains(Duration.ofMillis(22_500));
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1006, 1011, 3000, 4002, 4003, 4005, 4007, 4008, 4009, 4444, 4499})
    @Checklist("SC 177")
    void mostCodesReconnectAfterDelay(int code) {
        ScriptedLink link = scripted.open();
        if (code == 1006) {
            link.cut();
        } else {
            link.closeFromServer(code, "");
        }

        assertThat(scripted.client.pendingReconnectTimeout()).contains(Duration.ofSeconds(15));
        scripted.server.advance(Duration.ofMillis(14_999));
        assertThat(scripted.server.attempts).isEqualTo(1);
        scripted.server.advance(Duration.ofMillis(1));
        assertThat(scripted.server.attempts).isEqualTo(2);
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 4500, 4999})
    @Checklist("SC 177")
    void someCodesDoNotReconnect(int code) {
        scripted.open().closeFromServer(code, "bye");
        scripted.server.advance(Duration.ofHours(1));

        assertThat(scripted.server.attempts).isEqualTo(1);
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
        assertThat(scripted.events()).startsWith("disconnect " + code + " bye");
    }

    @Test
    @Checklist("SC 177")
    void ownCloseCodeReconnectsAsPeersDoes() {
        // Q21
        scripted.open();
        scripted.client.disconnect(4444);
        scripted.server.run();
        assertThat(scripted.client.pendingReconnectTimeout()).contains(Duration.ofSeconds(15));
        // The second disconnect cancels the reconnect.
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
        scripted.server.advance(Duration.ofHours(1));
        assertThat(scripted.server.attempts).isEqualTo(1);

        scripted.client.connect();
        scripted.server.link().open();
        scripted.client.disconnect(4500);
        scripted.server.run();
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
    }

    @Test
    void connectReplacesScheduledAttempt() {
        scripted.open().cut();
        scripted.client.connect();
        scripted.server.link().open();
        scripted.server.advance(Duration.ofSeconds(20));

        assertThat(scripted.server.attempts).isEqualTo(2);
        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
    }

    @Test
    void lostConnectionStaysClosedWithoutAutoReconnect() {
        with(options -> options.autoReconnect(false));
        scripted.open().cut();
        scripted.server.advance(Duration.ofHours(1));

        assertThat(scripted.server.attempts).isEqualTo(1);
    }

    @Test
    @Checklist("SC 178")
    void reconnectDelaysGrowToMaximumAndReset() {
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        scripted.client.connect();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            scripted.server.run();
            Duration wait = scripted.client.pendingReconnectTimeout().orElseThrow();
            waits.add(wait.toMillis());
            scripted.server.advance(wait);
        }
        assertThat(waits).containsExactly(15_000L, 22_500L, 33_750L, 50_625L, 60_000L, 60_000L);
        assertThat(scripted.client.connectAttempts()).isEqualTo(7);

        scripted.server.answer = ScriptedServer.Answer.ACCEPT;
        scripted.client.connect();
        scripted.server.link().open();
        assertThat(scripted.client.connectAttempts()).isZero();
        scripted.server.link().cut();
        assertThat(scripted.client.pendingReconnectTimeout()).contains(Duration.ofSeconds(15));
    }

    @Test
    @Checklist({"SC 179", "SC 182"})
    void closeReasonOfPeerIsReported() {
        scripted.open().closeFromServer(4321, "because");
        assertThat(scripted.events())
                .containsExactly(
                        "disconnect 4321 because",
                        "close 4321 because",
                        "error SocketProtocolError: Socket connection closed with status code 4321 and reason: because"
                                + AT);

        scripted.client.connect();
        scripted.server.link().open().closeFromServer(4321, "");
        assertThat(scripted.events()).contains("disconnect 4321 ");
        scripted.client.connect();
        scripted.server.link().open().closeFromServer(4008, "");
        assertThat(scripted.events()).contains("disconnect 4008 Server rejected handshake from client");
        scripted.client.connect();
        scripted.server.link().open().closeFromServer(1001, "");
        assertThat(scripted.events())
                .endsWith("disconnect 1001 Socket was disconnected", "close 1001 Socket was disconnected");
    }

    @Test
    void closedLinkIsIgnored() {
        ScriptedLink link = scripted.open();
        scripted.client.disconnect();
        link.receive("{\"event\":\"late\"}", "x");
        link.closeFromServer(4000, "late");

        assertThat(scripted.events()).containsExactly("disconnect 1000 null", "close 1000 null");
    }

    @Test
    void invalidCloseCodeOrReasonIsRejected() {
        scripted.open();
        assertThatThrownBy(() -> scripted.client.disconnect(1006))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("code: 1006 (expected: 1000 to 1014 except 1004 to 1006, or 3000 to 4999)");
        assertThatThrownBy(() -> scripted.client.disconnect(4000, "x".repeat(124)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("123");
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    void closeIsFinal() {
        ScriptedLink link = scripted.open();
        scripted.client.transmit("last", 1);
        scripted.client.close();
        assertThat(scripted.client.state()).isEqualTo(SocketState.CLOSED);

        assertThat(scripted.events()).containsExactly("disconnect 1000 null", "close 1000 null");
        assertThat(link.all()).containsExactly("{\"event\":\"last\",\"data\":1}");
        assertThat(link.ending()).isEqualTo("1000");
        assertThat(scripted.client.closed()).isCompleted();
        scripted.client.connect();
        scripted.client.subscribe("x");
        scripted.client.disconnect(4444);
        scripted.client.deauthenticate();
        scripted.server.advance(Duration.ofHours(1));
        assertThat(scripted.server.attempts).isEqualTo(1);
        assertThat(scripted.client.state()).isEqualTo(SocketState.CLOSED);
    }

    @Test
    void closeCancelsScheduledAttempt() {
        scripted.open().cut();
        scripted.client.close();
        scripted.server.advance(Duration.ofHours(1));

        assertThat(scripted.server.attempts).isEqualTo(1);
        assertThat(scripted.client.closed()).isCompleted();
    }

    @Test
    void statsCountConnectionsAndMessages() {
        ScriptedLink link = scripted.open();
        scripted.client.transmit("one", 1);
        link.receive("{\"event\":\"two\"}");

        assertThat(scripted.client.stats()).satisfies(stats -> {
            assertThat(stats.connections()).isEqualTo(1);
            assertThat(stats.connectionsOpened()).isEqualTo(1);
            assertThat(stats.messagesReceived()).isEqualTo(2);
            assertThat(stats.messagesSent()).isEqualTo(2); // with the handshake
        });
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(scripted.client.stats().connections()).isZero();
    }

    @Test
    void failedConnectIsReleased() {
        int[] tasks = {0};
        ScriptedClient counting =
                new ScriptedClient(options -> options.autoReconnect(false).dispatch(Dispatch.on(task -> {
                    tasks[0]++;
                    task.run();
                })));
        counting.server.answer = ScriptedServer.Answer.REFUSE;
        List<Integer> perAttempt = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int before = tasks[0];
            assertThat(counting.failure(counting.client.connect())).isNotNull();
            perAttempt.add(tasks[0] - before);
        }
        assertThat(perAttempt.get(2)).as("%s", perAttempt).isEqualTo(perAttempt.get(1));
        counting.close();
    }
}
