package io.heliograph.realtime.client;

import static io.heliograph.realtime.client.ScriptedClient.AT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.UnreachableException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketProtocolException;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.TokenStore;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientConnectTest {

    private ScriptedClient scripted = new ScriptedClient();

    private ScriptedClient with(java.util.function.Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
        return scripted;
    }

    @AfterEach
    void close() throws Exception {
        scripted.close();
    }

    @Test
    @Checklist("SC 15")
    void handshakeIsFirstPacket() {
        scripted.client.transmit("early", 1);
        ScriptedLink link = scripted.server.link();

        assertThat(link.all()).containsExactly("{\"event\":\"#handshake\",\"data\":{\"authToken\":null},\"cid\":1}");
    }

    @Test
    @Checklist({"SC 15", "SC 98"})
    void handshakeContainsStoredToken() {
        TokenStore store = TokenStore.inMemory();
        store.saveToken("mine", "a.b.c");
        with(options -> options.tokenStore(store).authTokenName("mine"));
        scripted.client.connect();

        assertThat(scripted.server.link().next())
                .isEqualTo("{\"event\":\"#handshake\",\"data\":{\"authToken\":\"a.b.c\"},\"cid\":1}");
    }

    @Test
    @Checklist("SC 33")
    void connectEventContainsServerResponse() {
        TokenStore store = TokenStore.inMemory();
        store.saveToken("mine", "a.b.c");
        with(options -> options.tokenStore(store).authTokenName("mine"));
        List<ClientEvent.Connect> connects = new ArrayList<>();
        scripted.client.onConnect(connects::add);
        scripted.client.connect();
        scripted.server
                .link()
                .open(
                        "\"isAuthenticated\":false,\"authError\":{\"message\":\"jwt expired\",\"name\":\"AuthTokenExpiredError\",\"isBadToken\":true}");

        assertThat(scripted.events()).containsExactly("connecting", "connect socket-1");
        ClientEvent.Connect connect = connects.getFirst();
        assertThat(connect.id()).isEqualTo("socket-1");
        assertThat(connect.pingTimeout()).isEqualTo(30000);
        assertThat(connect.isAuthenticated()).isFalse();
        assertThat(connect.authToken()).isEqualTo("a.b.c");
        assertThat(connect.authError()).hasValueSatisfying(error -> {
            assertThat(error).isInstanceOf(AuthTokenException.class);
            assertThat(((AuthTokenException) error).isBadToken()).isTrue();
        });
        assertThat(scripted.client.id()).isEqualTo("socket-1");
        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
    }

    @Test
    void emptyHandshakeResponseOpensConnection() {
        // Clients must accept a missing ping timeout.
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        link.next();
        link.receive("{\"rid\":1}");

        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
        assertThat(scripted.client.pingTimeout()).isEqualTo(Duration.ofSeconds(20));
        scripted.server.advance(Duration.ofSeconds(19));
        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
    }

    @Test
    @Checklist("SC 34")
    void rejectedHandshakeReportsErrorAndCloses() {
        CompletableFuture<Void> connected = scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        link.next();
        link.receive("{\"rid\":1,\"error\":{\"message\":\"msg\",\"name\":\"Custom\",\"statusCode\":4501}}");

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "error Custom: msg",
                        "connectAbort 4501 Custom: msg",
                        "close 4501 Custom: msg",
                        "error SocketProtocolError: Socket connection closed with status code 4501 and reason: Custom: msg"
                                + AT);
        assertThat(link.ending()).isEqualTo("4501");
        assertThat(scripted.client.pendingReconnectTimeout()).isEmpty();
        assertThatThrownBy(connected::join)
                .cause()
                .isInstanceOf(UnreachableException.class)
                .hasMessage("ws://localhost:8000/socketcluster/: the server has rejected the handshake: Custom: msg");
    }

    @Test
    @Checklist("SC 34")
    void rejectedHandshakeWithoutStatusCodeEndsWith4003() {
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        link.next();
        link.receive("{\"rid\":1,\"error\":\"go away\"}");

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "error Error: go away",
                        "connectAbort 4003 Error: go away",
                        "close 4003 Error: go away",
                        "error SocketProtocolError: Failed to complete handshake: ws://localhost:8000/socketcluster/: the server has rejected the handshake: Error: go away");
        assertThat(scripted.client.pendingReconnectTimeout()).contains(Duration.ofSeconds(15));
    }

    @Test
    @Checklist("SC 35")
    void handshakeWithoutResponseTimesOut() {
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        scripted.server.advance(Duration.ofSeconds(10));

        String reason = "TimeoutError: Event response for #handshake event timed out";
        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "error " + reason,
                        "connectAbort 4003 " + reason,
                        "close 4003 " + reason,
                        "error SocketProtocolError: Failed to complete handshake: ws://localhost:8000/socketcluster/: no response to the handshake within 10 s");
        assertThat(link.ending()).isEqualTo("4003");
    }

    @Test
    @Checklist("SC 36")
    void slowConnectAttemptTimesOut() {
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.connect();
        scripted.server.advance(Duration.ofSeconds(20));

        String reason = "Client connection establishment timed out";
        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 4007 " + reason,
                        "close 4007 " + reason,
                        "error SocketProtocolError: " + reason
                                + ": ws://localhost:8000/socketcluster/: the WebSocket did not open within 20 s");
        assertThat(scripted.server.cancelled).isEqualTo(1);
    }

    @Test
    @Checklist("SC 14")
    void refusedConnectionAbortsWith1006() {
        List<Throwable> errors = new ArrayList<>();
        scripted.client.onError(errors::add);
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        CompletableFuture<Void> connected = scripted.client.connect();

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up: ws://localhost:8000/socketcluster/: connect ECONNREFUSED");
        assertThat(((SocketProtocolException) errors.getFirst()).code()).isEqualTo(1006);
        assertThat(errors.getFirst()).hasStackTraceContaining("ECONNREFUSED");
        assertThatThrownBy(connected::join).cause().isInstanceOfSatisfying(UnreachableException.class, cause -> {
            assertThat(cause).hasMessage("ws://localhost:8000/socketcluster/: connect ECONNREFUSED");
            assertThat(cause.unsent()).isTrue();
        });
    }

    @Test
    @Checklist("SC 14")
    void rejectedUpgradeReportsReason() {
        List<Throwable> errors = new ArrayList<>();
        scripted.client.onError(errors::add);
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        scripted.server.refusal = new UpgradeRefusedException("ws://localhost", 401, "not you");
        scripted.client.connect();

        assertThat(scripted.events()).contains("connectAbort 1006 Socket hung up");
        assertThat(errors.getFirst()).hasCauseInstanceOf(UpgradeRefusedException.class);
    }

    @Test
    @Checklist("SC 37")
    void subscriptionsPrecedeQueuedEvents() {
        scripted.client.transmit("first", 1);
        scripted.client.subscribe("news");
        CompletableFuture<Payload> second = scripted.client.invoke("second", 2);
        ScriptedLink link = scripted.server.link().open();

        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"news\",\"since\":\"\"},\"cid\":2}",
                        "{\"event\":\"first\",\"data\":1}",
                        "{\"event\":\"second\",\"data\":2,\"cid\":3}");
        assertThat(second).isNotDone();
    }

    @Test
    @Checklist("SC 38")
    void requestNumbersContinueAfterReconnect() {
        ScriptedLink link = scripted.open();
        scripted.client.invoke("one", 1);
        assertThat(link.next()).isEqualTo("{\"event\":\"one\",\"data\":1,\"cid\":2}");
        scripted.client.reconnect();

        assertThat(scripted.server.link().next())
                .isEqualTo("{\"event\":\"#handshake\",\"data\":{\"authToken\":null},\"cid\":3}");
    }

    @Test
    void loadFailureFailsHandshake() {
        TokenStore broken = new TokenStore() {
            @Override
            public CompletionStage<Void> saveToken(String name, String signedToken) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Optional<String>> removeToken(String name) {
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public CompletionStage<Optional<String>> loadToken(String name) {
                throw new IllegalStateException("no store today");
            }
        };
        with(options -> options.tokenStore(broken));
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();

        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "error java.lang.IllegalStateException: no store today",
                        "connectAbort 4003 IllegalStateException: no store today",
                        "close 4003 IllegalStateException: no store today",
                        "error SocketProtocolError: Failed to complete handshake: ws://localhost:8000/socketcluster/: no store today");
        link.nothing();
        assertThat(link.ending()).isEqualTo("4003");
    }

    @Test
    void pongFollowsHandshake() {
        // A strict server rejects a pong before the handshake.
        CompletableFuture<Optional<String>> loading = new CompletableFuture<>();
        TokenStore slow = new TokenStore() {
            @Override
            public CompletionStage<Void> saveToken(String name, String signedToken) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Optional<String>> removeToken(String name) {
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public CompletionStage<Optional<String>> loadToken(String name) {
                return loading;
            }
        };
        with(options -> options.tokenStore(slow));
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        link.receive("", "").nothing();
        loading.complete(Optional.of("t"));

        assertThat(link.all())
                .containsExactly("{\"event\":\"#handshake\",\"data\":{\"authToken\":\"t\"},\"cid\":1}", "");
    }

    @Test
    void messagesAreEmittedUnchanged() {
        List<String> messages = new ArrayList<>();
        ScriptedLink link = scripted.open();
        scripted.client.on(
                ClientEvent.Message.class,
                message -> messages.add(message.message().utf8()));
        link.receive("", "{\"event\":\"a\"}", "x");

        assertThat(messages).containsExactly("", "{\"event\":\"a\"}", "x");
    }

    @Test
    void nonPacketIsRawEvent() {
        // 2.3, 2.7, and SC 55, 56 for a client
        ScriptedLink link = scripted.open();
        link.receive("x", "{", "{}", "[1,[],{\"event\":\"e\"}]", "[]", "null", "{\"rid\":\"1\"}");

        assertThat(scripted.events())
                .containsExactly(
                        "raw x",
                        "raw {",
                        "raw {}",
                        "raw [1,[],{\"event\":\"e\"}]",
                        "raw [1,[],{\"event\":\"e\"}]",
                        "raw null",
                        "raw {\"rid\":\"1\"}");
    }

    @Test
    void oversizedMessageEndsConnection() {
        ScriptedLink link = scripted.open();
        link.cut(new FrameTooLongException("too long", 5, Frame.empty()));

        assertThat(scripted.events())
                .containsExactly(
                        "disconnect 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up: ws://localhost:8000/socketcluster/: too long");
    }
}
