package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.TestOptions;
import io.heliograph.testkit.CapturedLog;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientListenerTest {

    private final ScriptedClient scripted = new ScriptedClient();

    @AfterEach
    void close() {
        scripted.close();
    }

    private List<CloseReason> closeReasons() {
        List<CloseReason> reasons = new ArrayList<>();
        scripted.client.onDisconnect(reasons::add);
        return reasons;
    }

    @Test
    void onCloseIsCalledOnceAfterDisconnect() {
        scripted.open();
        List<String> order = new ArrayList<>();
        scripted.client.onDisconnect(reason -> order.add("disconnect"));
        scripted.client.onClose(() -> order.add("close"));
        scripted.client.close();
        scripted.server.run();
        scripted.client.close();
        scripted.server.run();

        assertThat(order).containsExactly("disconnect", "close");
    }

    @Test
    void onCloseIsNotCalledForDisconnect() {
        scripted.open();
        List<String> closed = new ArrayList<>();
        scripted.client.onClose(() -> closed.add("close"));
        scripted.client.disconnect();
        scripted.server.run();

        assertThat(closed).isEmpty();
    }

    @Test
    void closedOnCloseSubscriptionIsNotCalled() {
        List<String> closed = new ArrayList<>();
        Subscription subscription = scripted.client.onClose(() -> closed.add("close"));
        subscription.close();
        scripted.client.close();
        scripted.server.run();

        assertThat(closed).isEmpty();
    }

    @Test
    void isConnectedAfterHandshakeUntilDisconnect() {
        assertThat(scripted.client.isConnected()).isFalse();
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        assertThat(scripted.client.isConnected()).isFalse();
        link.open();
        assertThat(scripted.client.isConnected()).isTrue();
        link.cut();
        assertThat(scripted.client.isConnected()).isFalse();
        scripted.client.connect();
        scripted.server.link().open();
        assertThat(scripted.client.isConnected()).isTrue();
        scripted.client.disconnect();
        assertThat(scripted.client.isConnected()).isFalse();
    }

    @Test
    void ownDisconnectHasLocalCloseReason() {
        scripted.open();
        List<CloseReason> reasons = closeReasons();
        scripted.client.disconnect();
        scripted.server.run();

        assertThat(reasons).containsExactly(new CloseReason.Local());
    }

    @Test
    void closeFrameHasRemoteCloseReason() {
        ScriptedLink link = scripted.open();
        List<CloseReason> reasons = closeReasons();
        link.closeFromServer(4501, "bye");

        assertThat(reasons).containsExactly(new CloseReason.Remote(4501, "bye"));
    }

    @Test
    void brokenConnectionHasFailedCloseReason() {
        ScriptedLink link = scripted.open();
        List<CloseReason> reasons = closeReasons();
        TransportException cause = new TransportException("ECONNRESET", "read ECONNRESET", null);
        link.cut(cause);

        assertThat(reasons).containsExactly(new CloseReason.Failed(cause));
    }

    @Test
    void connectAbortDoesNotCallOnDisconnect() {
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        List<CloseReason> reasons = closeReasons();
        scripted.client.connect();
        scripted.server.run();

        assertThat(reasons).isEmpty();
    }

    @Test
    void hostileTextsAreEscapedInMessages() {
        String escape = "\u001b]0;owned\u0007\u202e";
        String json = "\\u001b]0;owned\\u0007\\u202e";
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("ask", 1);
        link.next();
        link.receive("{\"rid\":2,\"error\":{\"name\":\"" + json + "\",\"message\":\"" + json + "\"}}");
        RealtimeException failure = (RealtimeException) scripted.failure(call);
        assertThat(failure.message()).isEqualTo(escape);
        assertThat(failure.toString()).endsWith(": \\u001b]0;owned\\u0007\\u202e");
        StringWriter stack = new StringWriter();
        failure.printStackTrace(new PrintWriter(stack));
        assertThat(stack.toString()).doesNotContain("\u001b");

        link.closeFromServer(4321, escape);
        assertThat(scripted.events())
                .anySatisfy(event -> assertThat(event)
                        .startsWith("error SocketProtocolError: ")
                        .contains("\\u001b]0;owned")
                        .doesNotContain("\u001b"));

        CompletableFuture<Void> connected = scripted.client.connect();
        ScriptedLink second = scripted.server.link();
        String cid = ScriptedLink.cid(second.next());
        second.receive("{\"rid\":" + cid + ",\"error\":{\"name\":\"" + json + "\",\"message\":\"" + json + "\"}}");
        assertThat(scripted.failure(connected).getMessage())
                .contains("\\u001b]0;owned")
                .doesNotContain("\u001b");
    }

    @Test
    void reportedErrorsReleaseTheirPlace() {
        ScriptedLink link = scripted.open();
        int errors = 2 * ErrorNotifier.MAX_PENDING;
        for (int i = 0; i < errors; i++) {
            link.receive("{\"event\":\"#setAuthToken\",\"data\":{}}");
        }
        assertThat(scripted.events()).hasSize(errors).allMatch(event -> event.startsWith("error "));
    }

    @Test
    void failedHandshakeIsLoggedOnce() {
        try (CapturedLog log = new CapturedLog()) {
            ScriptedServer server = new ScriptedServer();
            RealtimeClient.Builder builder = RealtimeClient.builder(URI.create("ws://once:8000"))
                    .dispatch(Dispatch.direct(Duration.ofMinutes(1), blocked -> {}));
            TestOptions.transport(builder, server, server.loop, RandomGenerator.getDefault());
            RealtimeClient quiet = builder.build();
            quiet.connect();
            ScriptedLink link = server.link();
            String handshake = link.next();
            link.receive("{\"rid\":" + ScriptedLink.cid(handshake)
                    + ",\"error\":{\"name\":\"OnceError\",\"message\":\"refused once\"}}");
            server.run();
            assertThat(log.lines("refused once")).hasSize(1);
            quiet.close();
            server.run();
        }
    }
}
