package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.BadConnectionException;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.realtime.SilentMiddlewareBlockedException;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.TimeoutException;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.Checklist;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.WebSocketOptions.Compression;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client of ours talks to socketcluster-server. */
class NpmRealtimeServerInteropTest {

    /** The two versions of the protocol and the two codecs. */
    enum Dialect {
        V1(1, false),
        V2(2, false),
        V1_MIN_BIN(1, true),
        V2_MIN_BIN(2, true);

        final int version;
        final boolean minBin;

        Dialect(int version, boolean minBin) {
            this.version = version;
            this.minBin = minBin;
        }
    }

    record Sum(int a, int b) {}

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private int port;

    private PeerProcess server(Dialect dialect, Object... options) {
        List<Object> all = new ArrayList<>(List.of(
                "authKey",
                "key",
                "protocolVersion",
                dialect.version,
                "pingInterval",
                300,
                "codec",
                dialect.minBin ? "minBin" : "json"));
        all.addAll(List.of(options));
        PeerProcess server = scratch.closing(PeerProcess.script("realtime-server.js", all.toArray()));
        port = ((Number) server.await("ready").get("port")).intValue();
        return server;
    }

    private RecordedRealtimeClient unconnected(Dialect dialect, Consumer<RealtimeClient.Builder> options) {
        return scratch.closing(new RecordedRealtimeClient(port, builder -> {
            builder.protocolVersion(dialect.version)
                    .codec(dialect.minBin ? RealtimeCodec.minBin() : RealtimeCodec.json());
            options.accept(builder);
        }));
    }

    private RecordedRealtimeClient client(Dialect dialect) {
        return client(dialect, options -> {});
    }

    private RecordedRealtimeClient client(Dialect dialect, Consumer<RealtimeClient.Builder> options) {
        RecordedRealtimeClient client = unconnected(dialect, options);
        client.client.connect();
        client.await("connect");
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletableFuture<?> future) throws Exception {
        try {
            return new AssertionError("succeeded with " + get(future));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static String token(PeerProcess server, Object... command) {
        server.command("token", command);
        return server.await("token").text("token");
    }

    @ParameterizedTest
    @EnumSource
    void callsAndEventsGoBothWays(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;

        for (Sample sample : Sample.all()) {
            if (dialect.minBin && sample.json().contains("\\ud800")) {
                continue; // a lone surrogate has no UTF-8, and MessagePack no escape
            }
            assertThat(get(client.invoke("echo", sample.value(), Object.class)))
                    .as(sample.json())
                    .isEqualTo(sample.value());
        }
        assertThat(get(client.invoke("echo", new Sum(1, 2), Sum.class))).isEqualTo(new Sum(1, 2));
        Payload nothing = get(client.invoke("nothing"));
        assertThat(nothing.value()).isNull();
        assertThat(nothing.isPresent()).isEqualTo(dialect.minBin); // where nothing arrives as null

        client.transmit("log", Map.of("text", "hi"));
        assertThat(server.await("log").get("data")).isEqualTo(Map.of("text", "hi"));
        CompletableFuture<Object> replied = new CompletableFuture<>();
        client.onReceiver("replied", Object.class, replied::complete);
        client.transmit("reply", List.of(1, 2));
        assertThat(get(replied)).isEqualTo(List.of(1L, 2L));

        client.onProcedure("double", Integer.class, number -> 2 * number);
        client.onProcedure(
                "refuse",
                Object.class,
                (data, request) ->
                        request.fail(RealtimeException.of("RefusedError", "no").with("code", 5)));
        assertThat(get(client.invoke("callback", Map.of("procedure", "double", "data", 21), Integer.class)))
                .isEqualTo(42);
        assertThat(failure(client.invoke("callback", Map.of("procedure", "refuse"))))
                .isInstanceOfSatisfying(
                        RealtimeException.class,
                        error -> assertThat(error.fields()).containsEntry("cause", "RefusedError"));
    }

    @ParameterizedTest
    @EnumSource
    void errorsArriveAsTheyAre(Dialect dialect) throws Exception {
        server(dialect);
        RealtimeClient client = client(dialect).client;

        assertThat(failure(client.invoke("fail", 1))).isInstanceOfSatisfying(RealtimeException.class, error -> {
            assertThat(error.errorName()).isEqualTo("DemoError");
            assertThat(error.message()).isEqualTo("demanded");
            assertThat(error.fields()).isEqualTo(Map.of("code", 42L));
        });
        assertThat(failure(client.invoke("text", 1)))
                .isInstanceOfSatisfying(
                        RemoteValueException.class,
                        error -> assertThat(error.value()).isEqualTo("just a string"));
        assertThat(failure(client.invoke("slow", 3000, TypeRef.of(Object.class), Duration.ofMillis(100))))
                .isInstanceOf(TimeoutException.class);
        assertThat(get(client.invoke("slow", 10, String.class))).isEqualTo("late");
    }

    @ParameterizedTest
    @EnumSource
    void channelsAreSubscribedPublishedToAndLeft(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;
        RealtimeChannel<Object> news = recorded.subscribe("news");
        recorded.await("subscribe");
        assertThat(news.state()).isEqualTo(ChannelState.SUBSCRIBED);
        assertThat(server.await("subscribe").get("channel")).isEqualTo("news");

        server.command("publish", "channel", "news", "data", Map.of("n", 1));
        assertThat(recorded.data()).isEqualTo(Map.of("n", 1L));
        news.transmitPublish("own");
        assertThat(recorded.data()).isEqualTo("own");
        get(news.invokePublish(List.of("a", 1)));
        assertThat(recorded.data()).isEqualTo(List.of("a", 1L));

        server.command("kickOut", "channel", "news", "message", "bye");
        assertThat(recorded.await("kickOut")
                        .as(ClientEvent.KickOut.class)
                        .message()
                        .value())
                .isEqualTo("bye");
        recorded.await("unsubscribe");
        assertThat(news.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        assertThat(server.await("unsubscribe").get("channel")).isEqualTo("news");

        recorded.subscribe("other");
        recorded.await("subscribe");
        client.unsubscribe("other");
        assertThat(server.await("unsubscribe").get("channel")).isEqualTo("other");
    }

    @ParameterizedTest
    @EnumSource
    @Checklist("SC 137")
    void aClientThatIsDisconnectedSubscribesBeforeItPublishes(Dialect dialect) throws Exception {
        server(dialect);
        RecordedRealtimeClient recorded =
                unconnected(dialect, options -> options.batchOnHandshake(dialect == Dialect.V2));
        recorded.subscribe("self");
        get(recorded.client.invokePublish("self", "hi"));

        assertThat(recorded.data()).isEqualTo("hi");
    }

    @ParameterizedTest
    @EnumSource
    void tokensAreGivenTakenAndPresented(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;
        recorded.client.subscribe("secret", SubscribeOptions.defaults().waitingForAuth());
        get(client.invoke("login", Map.of("username", "bob")));
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

        AuthStatus status = get(client.authenticate(token(server, "token", Map.of("username", "kate"))));
        assertThat(status.isAuthenticated()).isTrue();
        get(client.deauthenticate());
        assertThat(server.await("deauthenticate").fields()).containsKey("oldAuthToken");
        client.reconnect();
        assertThat(recorded.await("connect").as(ClientEvent.Connect.class).isAuthenticated())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void badTokensAreRefused(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;
        Map<String, Object> bob = Map.of("username", "bob");
        String forged = token(server, "token", bob, "key", "another");
        String expired = token(server, "token", bob, "signing", Map.of("expiresIn", -10));
        String early = token(server, "token", bob, "signing", Map.of("notBefore", 1000));

        assertThat(failure(client.authenticate(forged))).isInstanceOfSatisfying(AuthTokenException.class, error -> {
            assertThat(error.errorName()).isEqualTo("AuthTokenInvalidError");
            assertThat(error.isBadToken()).isTrue();
        });
        recorded.await("removeAuthToken");
        assertThat(((AuthTokenException) failure(client.authenticate(expired))).errorName())
                .isEqualTo("AuthTokenExpiredError");
        AuthStatus notYet = get(client.authenticate(early));
        assertThat(notYet.isAuthenticated()).isFalse();
        assertThat(notYet.authError())
                .hasValueSatisfying(error ->
                        assertThat(((RealtimeException) error).errorName()).isEqualTo("AuthTokenNotBeforeError"));
        // The client keeps the token; the server rejects it again.
        client.reconnect();
        ClientEvent.Connect connect = recorded.await("connect").as(ClientEvent.Connect.class);
        assertThat(connect.isAuthenticated()).isFalse();
        assertThat(connect.authError()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void aLostConnectionIsReplacedWithItsSubscriptions(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        recorded.subscribe("news");
        recorded.await("subscribe");

        server.command("terminate");
        assertThat(recorded.await("disconnect").as(ClientEvent.Disconnect.class).code())
                .isEqualTo(1006);
        recorded.await("connect");
        recorded.await("subscribe");
        server.command("restart", "pause", 100);
        recorded.await("disconnect");
        recorded.await("connect");
        recorded.await("subscribe");
        server.command("publish", "channel", "news", "data", "again");
        assertThat(recorded.data()).isEqualTo("again");
    }

    @Test
    void whatIsCalledDuringARestartIsAnswered() throws Exception {
        PeerProcess server = server(Dialect.V2);
        RecordedRealtimeClient recorded = client(
                Dialect.V2,
                options -> options.autoReconnectOptions(new io.heliograph.realtime.AutoReconnectOptions(
                        Duration.ofMillis(400), Duration.ZERO, 1, Duration.ofSeconds(1))));
        CompletableFuture<Payload> lost = recorded.client.invoke("slow", 5000);
        recorded.client.invoke("echo", 1).join();
        server.command("restart", "pause", 0);
        assertThat(failure(lost)).isInstanceOf(BadConnectionException.class);
        server.await("ready");

        // which connects at once, instead of when it was to be
        assertThat(get(recorded.client.invoke("echo", 2, Integer.class))).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void closeCodesAndReasonsCrossTheWire(Dialect dialect) {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        server.command("disconnect", "code", 4123, "reason", "enough");
        ClientEvent.Disconnect disconnect = recorded.await("disconnect").as(ClientEvent.Disconnect.class);
        assertThat(disconnect.code()).isEqualTo(4123);
        assertThat(disconnect.reason()).isEqualTo("enough");

        recorded.await("connect");
        server.await("disconnect");
        recorded.client.disconnect(4321, "mine");
        PeerEvent seen = server.await("disconnect");
        assertThat(seen.get("code")).isEqualTo(4321);
        assertThat(seen.get("reason")).isEqualTo("mine");

        recorded.await("connect");
        recorded.client.close();
        assertThat(server.await("disconnect").get("code")).isEqualTo(1000);
    }

    @ParameterizedTest
    @EnumSource
    void pingsKeepTheConnectionOpen(Dialect dialect) throws Exception {
        server(dialect, "pingInterval", 100, "pingTimeout", 1500);
        RecordedRealtimeClient recorded = client(dialect);
        assertThat(recorded.client.pingTimeout()).isEqualTo(Duration.ofMillis(1500));
        // Longer than the ping timeout of either side, with nothing but pings.
        assertThat(get(recorded.client.invoke("slow", 2500, TypeRef.of(String.class), Duration.ofSeconds(10))))
                .isEqualTo("late");
        assertThat(recorded.names()).doesNotContain("disconnect", "raw");
    }

    @Test
    @Checklist("SC 48")
    void aServerWithoutPingsIsLeft() {
        server(Dialect.V2, "pingTimeoutDisabled", true, "pingTimeout", 700);
        RecordedRealtimeClient recorded = client(Dialect.V2);

        assertThat(recorded.await("disconnect").as(ClientEvent.Disconnect.class).code())
                .isEqualTo(4000);
        recorded.await("connect");
    }

    @ParameterizedTest
    @EnumSource
    @Checklist("SC 168")
    void batchesAreUnderstoodBothWays(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect, "batchOnHandshake", true, "showMessages", !dialect.minBin);
        RecordedRealtimeClient recorded = unconnected(dialect, options -> options.batchOnHandshake(true));
        for (int i = 0; i < 20; i++) {
            recorded.subscribe("channel " + i);
        }
        get(recorded.client.connect());
        for (int i = 0; i < 20; i++) {
            recorded.await("subscribe");
        }
        if (!dialect.minBin) {
            assertThat(server.all("frame"))
                    .extracting(frame -> frame.text("message"))
                    .filteredOn(message -> message.contains("#subscribe"))
                    .singleElement()
                    .asString()
                    .startsWith("[{\"event\":\"#subscribe\"");
        }
        List<Object> burst = new ArrayList<>();
        CompletableFuture<Void> all = new CompletableFuture<>();
        recorded.client.onReceiver("burst", Object.class, value -> {
            burst.add(value);
            if (burst.size() == 5) {
                all.complete(null);
            }
        });
        server.command("batch", "count", 5);
        get(all);
        assertThat(burst).containsExactly(0L, 1L, 2L, 3L, 4L);
        recorded.client.startBatching();
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(recorded.client.invoke("echo", i, Integer.class));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(get(calls.get(i))).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void compressedAndSecureToo(Dialect dialect) throws Exception {
        var authority = new CertificateAuthority("authority");
        Path trusted = authority.writePem(scratch.path("authority.pem"));
        var issued = authority.issue("server", "127.0.0.1");
        PeerProcess server = server(
                dialect,
                "perMessageDeflate",
                Map.of("threshold", 100),
                "tls",
                Map.of(
                        "key",
                        Files.readString(issued.writeKeyPem(scratch.path("key.pem"))),
                        "cert",
                        Files.readString(issued.writeChainPem(scratch.path("chain.pem")))));
        RealtimeClient client = client(
                        dialect,
                        options -> options.secure(true)
                                .tls(ClientTls.builder().trust(trusted).load())
                                .compression(Compression.defaults()))
                .client;
        String large = "compressed ".repeat(10_000);
        assertThat(get(client.invoke("echo", large, String.class))).isEqualTo(large);
        assertThat(server.await("connection").get("extensions")).isEqualTo("permessage-deflate");
    }

    @ParameterizedTest
    @EnumSource
    void whatMiddlewareBlocksIsTold(Dialect dialect) throws Exception {
        PeerProcess server = server(dialect, "middleware", true);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;

        client.subscribe("closed", SubscribeOptions.defaults().withData(Map.of("why", 1)));
        assertThat(recorded.await("subscribeFail")
                        .as(ClientEvent.SubscribeFail.class)
                        .error())
                .isInstanceOfSatisfying(RealtimeException.class, error -> {
                    assertThat(error.errorName()).isEqualTo("ClosedChannelError");
                    assertThat(error.fields()).containsEntry("hint", Map.of("why", 1L));
                });
        assertThat(((RealtimeException) failure(client.invokePublish("readonly", 1))).errorName())
                .isEqualTo("ReadOnlyError");
        assertThat(failure(client.invoke("forbidden", 1)))
                .isInstanceOf(SilentMiddlewareBlockedException.class)
                .hasMessage("The invoke AGAction was blocked by inbound middleware");
        AuthStatus mallory = get(client.authenticate(token(server, "token", Map.of("username", "mallory"))));
        assertThat(mallory.isAuthenticated()).isFalse();
        assertThat(mallory.authError())
                .hasValueSatisfying(error ->
                        assertThat(((RealtimeException) error).errorName()).isEqualTo("NotWelcomeError"));
        assertThat(get(client.invoke("echo", "still here", String.class))).isEqualTo("still here");
    }

    @ParameterizedTest
    @EnumSource
    void aHandshakeThatIsRefusedSaysWhy(Dialect dialect) {
        server(dialect, "middleware", true);
        RecordedRealtimeClient refused = unconnected(dialect, options -> options.query("refuse=4501"));
        assertThatThrownBy(() -> get(refused.client.connect())).hasCauseInstanceOf(BadConnectionException.class);
        ClientEvent.ConnectAbort abort = refused.await("connectAbort").as(ClientEvent.ConnectAbort.class);
        assertThat(abort.code()).isEqualTo(4501);
        assertThat(abort.reason()).isEqualTo("RefusedError: not you");
        assertThat(refused.client.pendingReconnectTimeout()).isEmpty();

        RecordedRealtimeClient blocked =
                unconnected(dialect, options -> options.query("http=not+here").autoReconnect(false));
        assertThatThrownBy(() -> get(blocked.client.connect())).hasCauseInstanceOf(BadConnectionException.class);
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

    @Test
    @Checklist("SC 14")
    void nobodyListening() {
        port = 1;
        RecordedRealtimeClient recorded = unconnected(Dialect.V2, options -> options.autoReconnect(false));
        assertThatThrownBy(() -> get(recorded.client.connect())).hasCauseInstanceOf(BadConnectionException.class);
        recorded.await("error");
        assertThat(recorded.names()).containsExactly("connecting", "connectAbort", "close", "error");
    }
}
