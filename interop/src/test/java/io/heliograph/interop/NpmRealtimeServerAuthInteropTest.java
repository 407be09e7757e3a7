package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.UnreachableException;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.SilentMiddlewareBlockedException;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.testkit.Await;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client and socketcluster-server: tokens, middleware and the handshake. */
class NpmRealtimeServerAuthInteropTest extends NpmRealtimeServerFixture {

    @ParameterizedTest
    @EnumSource
    void tokensAreIssuedRevokedAndPresented(Dialect dialect) {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;
        recorded.client.channel("secret").subscribe(SubscribeOptions.defaults().waitingForAuth());
        Await.value(client.invoke("login", Map.of("username", "bob")));
        recorded.await("authenticate");
        assertThat(client.authToken().claim("username")).isEqualTo("bob");
        recorded.await("subscribe");

        client.reconnect();
        assertThat(recorded.await("connect").as(ClientEvent.Connect.class).isAuthenticated())
                .isTrue();
        server.command("deauthenticate");
        recorded.await("deauthenticate");
        recorded.await("removeAuthToken");
        assertThat(client.isAuthenticated()).isFalse();

        AuthStatus status = Await.value(client.authenticate(token(server, "token", Map.of("username", "kate"))));
        assertThat(status.isAuthenticated()).isTrue();
        Await.value(client.deauthenticate());
        assertThat(server.await("deauthenticate").fields()).containsKey("oldAuthToken");
        client.reconnect();
        assertThat(recorded.await("connect").as(ClientEvent.Connect.class).isAuthenticated())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void invalidTokensAreRejected(Dialect dialect) {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;
        Map<String, Object> bob = Map.of("username", "bob");
        String forged = token(server, "token", bob, "key", "another");
        String expired = token(server, "token", bob, "signing", Map.of("expiresIn", -10));
        String early = token(server, "token", bob, "signing", Map.of("notBefore", 1000));

        assertThat(Await.failure(client.authenticate(forged)))
                .isInstanceOfSatisfying(AuthTokenException.class, error -> {
                    assertThat(error.errorName()).isEqualTo("AuthTokenInvalidError");
                    assertThat(error.isBadToken()).isTrue();
                });
        recorded.await("removeAuthToken");
        assertThat(((AuthTokenException) Await.failure(client.authenticate(expired))).errorName())
                .isEqualTo("AuthTokenExpiredError");
        AuthStatus notYet = Await.value(client.authenticate(early));
        assertThat(notYet.isAuthenticated()).isFalse();
        assertThat(notYet.authError())
                .hasValueSatisfying(error ->
                        assertThat(((RealtimeException) error).errorName()).isEqualTo("AuthTokenNotBeforeError"));
        // The client keeps the token and presents it again; the server rejects it again.
        client.reconnect();
        ClientEvent.Connect connect = recorded.await("connect").as(ClientEvent.Connect.class);
        assertThat(connect.isAuthenticated()).isFalse();
        assertThat(connect.authError()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void middlewareBlocksAreReported(Dialect dialect) {
        PeerProcess server = server(dialect, "middleware", true);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;

        client.channel("closed").subscribe(SubscribeOptions.defaults().withData(Map.of("why", 1)));
        assertThat(recorded.await("subscribeFail")
                        .as(ClientEvent.SubscribeFail.class)
                        .error())
                .isInstanceOfSatisfying(RealtimeException.class, error -> {
                    assertThat(error.errorName()).isEqualTo("ClosedChannelError");
                    assertThat(error.fields()).containsEntry("hint", Map.of("why", 1L));
                });
        assertThat(((RealtimeException) Await.failure(client.channel("readonly").publish(1))).errorName())
                .isEqualTo("ReadOnlyError");
        assertThat(Await.failure(client.invoke("forbidden", 1)))
                .isInstanceOf(SilentMiddlewareBlockedException.class)
                .hasMessage("The invoke AGAction was blocked by inbound middleware");
        AuthStatus mallory = Await.value(client.authenticate(token(server, "token", Map.of("username", "mallory"))));
        assertThat(mallory.isAuthenticated()).isFalse();
        assertThat(mallory.authError())
                .hasValueSatisfying(error ->
                        assertThat(((RealtimeException) error).errorName()).isEqualTo("NotWelcomeError"));
        assertThat(Await.value(client.invoke("echo", "still here", String.class)))
                .isEqualTo("still here");
    }

    @ParameterizedTest
    @EnumSource
    void rejectedHandshakeReportsReason(Dialect dialect) {
        server(dialect, "middleware", true);
        RecordedRealtimeClient refused = unconnected(dialect, options -> options.query("refuse=4501"));
        assertThat(Await.failure(refused.client.connect())).isInstanceOf(UnreachableException.class);
        ClientEvent.ConnectAbort abort = refused.await("connectAbort").as(ClientEvent.ConnectAbort.class);
        assertThat(abort.code()).isEqualTo(4501);
        assertThat(abort.reason()).isEqualTo("RefusedError: not you");
        assertThat(refused.client.pendingReconnectTimeout()).isEmpty();

        RecordedRealtimeClient blocked =
                unconnected(dialect, options -> options.query("http=not+here").autoReconnect(false));
        assertThat(Await.failure(blocked.client.connect())).isInstanceOf(UnreachableException.class);
        assertThat(blocked.await("connectAbort")
                        .as(ClientEvent.ConnectAbort.class)
                        .code())
                .isEqualTo(1006);
        assertThat(blocked.await("error").as(ClientEvent.Failure.class).error())
                .cause()
                .isInstanceOfSatisfying(UpgradeRefusedException.class, cause -> {
                    assertThat(cause.status()).isEqualTo(401);
                    assertThat(cause.body()).isEqualTo("not here");
                });
    }
}
