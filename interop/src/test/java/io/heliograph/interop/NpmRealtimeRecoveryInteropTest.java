package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.HistoryLimits;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recovery of socketcluster-client, which knows nothing of it, by requests that a program sends itself. */
class NpmRealtimeRecoveryInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private PeerProcess client(NpmRealtimeServerFixture.Dialect dialect, RealtimeServer server) {
        PeerProcess client = scratch.closing(PeerProcess.script(
                "realtime-client.js",
                "hostname",
                "127.0.0.1",
                "port",
                server.port(),
                "protocolVersion",
                dialect.version,
                "codec",
                dialect.minBin ? "minBin" : "json",
                "autoReconnect",
                false));
        client.await("ready");
        client.command("frames");
        client.command("connect");
        client.await("connect");
        client.command("subscribe", "channel", "a");
        client.await("subscribe");
        return client;
    }

    private static Map<?, ?> subscribeSince(PeerProcess client, String since) {
        client.command("invoke", "name", "#subscribe", "data", Map.of("channel", "a", "since", since), "tag", since);
        PeerEvent answer = client.events().next("the answer", event -> since.equals(event.get("tag")));
        return (Map<?, ?>) answer.get("data");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void missedPublicationsAreRecoveredByHand(NpmRealtimeServerFixture.Dialect dialect) {
        RealtimeServer server = scratch.closing(RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .protocolVersion(dialect.version)
                .codec(dialect.minBin ? RealtimeCodec.minBin() : RealtimeCodec.json())
                .history(HistoryLimits.of(100, Duration.ofMinutes(5)))
                .build());
        server.listen().join();
        PeerProcess plain = client(dialect, server);
        PeerProcess recovering = client(dialect, server);

        Map<?, ?> subscribed = subscribeSince(recovering, "");
        assertThat(subscribed).hasSize(1);
        String epoch = subscribed.get("position").toString().replace(":0", "");
        server.exchange().publish("a", 1).join();
        assertThat(recovering.await("message").get("data")).isEqualTo(1);

        recovering.command("disconnect");
        recovering.await("disconnect");
        for (int i = 2; i <= 4; i++) {
            server.exchange().publish("a", i).join();
        }
        recovering.command("connect");
        recovering.await("subscribe");
        assertThat(subscribeSince(recovering, epoch + ":1"))
                .isEqualTo(Map.of("position", epoch + ":4", "recovered", true));
        server.exchange().publish("a", 5).join();
        for (int i = 2; i <= 5; i++) {
            assertThat(recovering.await("message").get("data")).isEqualTo(i);
        }

        for (int i = 1; i <= 5; i++) {
            assertThat(plain.await("message").get("data")).isEqualTo(i);
        }
        List<String> publications = plain.all("frame").stream()
                .map(event -> event.text("frame"))
                .filter(frame -> dialect.minBin ? frame.startsWith("81a170") : frame.contains("#publish"))
                .toList();
        assertThat(publications)
                .isEqualTo(IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> dialect.minBin
                                ? "81a17092a1610" + i
                                : "{\"event\":\"#publish\",\"data\":{\"channel\":\"a\",\"data\":" + i + "}}")
                        .toList());
    }
}
