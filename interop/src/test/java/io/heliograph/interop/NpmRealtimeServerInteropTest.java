package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.UnreachableException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.testkit.Await;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client and socketcluster-server: messages, channels and connections. */
class NpmRealtimeServerInteropTest extends NpmRealtimeServerFixture {

    record Sum(int a, int b) {}

    @ParameterizedTest
    @EnumSource
    void callsAndEventsGoBothWays(Dialect dialect) {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(dialect);
        RealtimeClient client = recorded.client;

        for (Sample sample : Sample.all()) {
            if (dialect.minBin && sample.json().contains("\\ud800")) {
                continue; // an unpaired surrogate has no UTF-8 form, and MessagePack no escapes
            }
            assertThat(Await.value(client.invoke("echo", sample.value(), Object.class)))
                    .as(sample.json())
                    .isEqualTo(sample.value());
        }
        assertThat(Await.value(client.invoke("echo", new Sum(1, 2), Sum.class))).isEqualTo(new Sum(1, 2));
        Payload nothing = Await.value(client.invoke("nothing"));
        assertThat(nothing.value()).isNull();
        assertThat(nothing.isPresent()).isEqualTo(dialect.minBin); // MinBin sends undefined as null

        client.transmit("log", Map.of("text", "hi"));
        assertThat(server.await("log").get("data")).isEqualTo(Map.of("text", "hi"));
        CompletableFuture<Object> replied = new CompletableFuture<>();
        client.onReceiver("replied", Object.class, replied::complete);
        client.transmit("reply", List.of(1, 2));
        assertThat(Await.value(replied)).isEqualTo(List.of(1L, 2L));

        client.onProcedure("double", Integer.class, number -> 2 * number);
        client.onProcedure(
                "refuse",
                Object.class,
                (data, request) ->
                        request.fail(RealtimeException.of("RefusedError", "no").with("code", 5)));
        assertThat(Await.value(client.invoke("callback", Map.of("procedure", "double", "data", 21), Integer.class)))
                .isEqualTo(42);
        assertThat(Await.failure(client.invoke("callback", Map.of("procedure", "refuse"))))
                .isInstanceOfSatisfying(
                        RealtimeException.class,
                        error -> assertThat(error.fields()).containsEntry("cause", "RefusedError"));
    }

    @ParameterizedTest
    @EnumSource
    void errorsArriveUnchanged(Dialect dialect) {
        server(dialect);
        RealtimeClient client = client(dialect).client;

        assertThat(Await.failure(client.invoke("fail", 1))).isInstanceOfSatisfying(RealtimeException.class, error -> {
            assertThat(error.errorName()).isEqualTo("DemoError");
            assertThat(error.message()).isEqualTo("demanded");
            assertThat(error.fields()).isEqualTo(Map.of("code", 42L));
        });
        assertThat(Await.failure(client.invoke("text", 1)))
                .isInstanceOfSatisfying(
                        RemoteValueException.class,
                        error -> assertThat(error.value()).isEqualTo("just a string"));
        assertThat(Await.failure(client.invoke("slow", 3000, TypeRef.of(Object.class), Duration.ofMillis(100))))
                .isInstanceOf(DeadlineExceededException.class);
        assertThat(Await.value(client.invoke("slow", 10, String.class))).isEqualTo("late");
    }

    @ParameterizedTest
    @EnumSource
    void channelsAreSubscribedPublishedAndUnsubscribed(Dialect dialect) {
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
        Await.value(news.publish(List.of("a", 1)));
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
        client.channel("other").unsubscribe();
        assertThat(server.await("unsubscribe").get("channel")).isEqualTo("other");
    }

    @ParameterizedTest
    @EnumSource
    @Checklist("SC 137")
    void disconnectedClientSubscribesBeforeItPublishes(Dialect dialect) {
        server(dialect);
        RecordedRealtimeClient recorded =
                unconnected(dialect, options -> options.batchOnHandshake(dialect == Dialect.V2));
        recorded.subscribe("self");
        Await.value(recorded.client.channel("self").publish("hi"));

        assertThat(recorded.data()).isEqualTo("hi");
    }

    @ParameterizedTest
    @EnumSource
    void reconnectRestoresSubscriptions(Dialect dialect) {
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

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void callDuringServerRestartIsAnswered(Dialect dialect) {
        PeerProcess server = server(dialect);
        RecordedRealtimeClient recorded = client(
                dialect,
                options -> options.autoReconnectOptions(new io.heliograph.realtime.AutoReconnectOptions(
                        Duration.ofMillis(400), Duration.ZERO, 1, Duration.ofSeconds(1))));
        CompletableFuture<Payload> lost = recorded.client.invoke("slow", 5000);
        recorded.client.invoke("echo", 1).join();
        server.command("restart", "pause", 0);
        assertThat(Await.failure(lost)).isInstanceOf(ClosedException.class);
        server.await("ready");

        // The call connects at once, without waiting for the reconnect delay.
        assertThat(Await.value(recorded.client.invoke("echo", 2, Integer.class)))
                .isEqualTo(2);
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
    void pingsKeepTheConnectionOpen(Dialect dialect) {
        server(dialect, "pingInterval", 100, "pingTimeout", 1500);
        RecordedRealtimeClient recorded = client(dialect);
        assertThat(recorded.client.pingTimeout()).isEqualTo(Duration.ofMillis(1500));
        // Longer than the ping time-out of both sides, with pings only.
        assertThat(Await.value(recorded.client.invoke("slow", 2500, TypeRef.of(String.class), Duration.ofSeconds(10))))
                .isEqualTo("late");
        assertThat(recorded.names()).doesNotContain("disconnect", "raw");
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    @Checklist("SC 48")
    void serverWithoutPingsIsDisconnected(Dialect dialect) {
        server(dialect, "pingTimeoutDisabled", true, "pingTimeout", 700);
        RecordedRealtimeClient recorded = client(dialect);

        assertThat(recorded.await("disconnect").as(ClientEvent.Disconnect.class).code())
                .isEqualTo(4000);
        recorded.await("connect");
    }

    @ParameterizedTest
    @EnumSource
    @Checklist("SC 168")
    void batchesAreExchangedBothWays(Dialect dialect) {
        PeerProcess server = server(dialect, "batchOnHandshake", true, "showMessages", !dialect.minBin);
        RecordedRealtimeClient recorded = unconnected(dialect, options -> options.batchOnHandshake(true));
        for (int i = 0; i < 20; i++) {
            recorded.subscribe("channel " + i);
        }
        Await.value(recorded.client.connect());
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
        Await.value(all);
        assertThat(burst).containsExactly(0L, 1L, 2L, 3L, 4L);
        recorded.client.startBatching();
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(recorded.client.invoke("echo", i, Integer.class));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(Await.value(calls.get(i))).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void compressionAndTlsAreSupported(Dialect dialect) throws Exception {
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
        assertThat(Await.value(client.invoke("echo", large, String.class))).isEqualTo(large);
        assertThat(server.await("connection").get("extensions")).isEqualTo("permessage-deflate");
    }

    @Test
    @Checklist("SC 14")
    void connectWithoutServerFails() { // independent of the protocol version: nothing is sent
        port = 1;
        RecordedRealtimeClient recorded = unconnected(Dialect.V2, options -> options.autoReconnect(false));
        assertThat(Await.failure(recorded.client.connect())).isInstanceOf(UnreachableException.class);
        recorded.await("error");
        assertThat(recorded.names()).containsExactly("connecting", "connectAbort", "close", "error");
    }
}
