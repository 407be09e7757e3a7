package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.http.HttpHeaders;
import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.TestOptions;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientOptionsTest {

    private static RealtimeClient.Builder of(String url) {
        return RealtimeClient.builder(URI.create(url));
    }

    private static String text(RealtimeClient.Builder builder) {
        return TestOptions.config(builder).url().text();
    }

    private static WebSocketTarget target(RealtimeClient.Builder builder) {
        return target(TestOptions.config(builder).url());
    }

    private static WebSocketTarget target(ClientUrl url) {
        return url.target(
                Optional.of((peer, server) -> {
                    throw new AssertionError("nobody connects");
                }),
                HttpHeaders.empty(),
                Duration.ofSeconds(1));
    }

    private static String targetAt1234(RealtimeClient.Builder builder) {
        ClientUrl url = TestOptions.config(builder).url();
        url.currentTimeMillis = () -> 1234;
        return target(url).target();
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    @Checklist("SC 12")
    void urlIsBuiltFromOptions() {
        assertThat(text(RealtimeClient.builder())).isEqualTo("ws://localhost/socketcluster/");
        assertThat(text(of("ws://h:8000"))).isEqualTo("ws://h:8000/socketcluster/");
        assertThat(text(of("ws://h:8000/"))).isEqualTo("ws://h:8000/");
        assertThat(text(of("ws://h:8000/p?a=1"))).isEqualTo("ws://h:8000/p?a=1");
        assertThat(text(of("wss://h"))).isEqualTo("wss://h/socketcluster/");
        assertThat(text(of("ws://h").secure(true).hostname("g").port(444).path("/p/")))
                .isEqualTo("wss://g:444/p/");
    }

    @Test
    void clientIdIsUniqueByDefault() {
        try (RealtimeClient named = of("ws://h").clientId("mine").build();
                RealtimeClient one = of("ws://h").build();
                RealtimeClient two = of("ws://h").build()) {
            assertThat(named.clientId()).isEqualTo("mine");
            assertThat(UUID.fromString(one.clientId()).version()).isEqualTo(4);
            assertThat(one.clientId()).isNotEqualTo(two.clientId());
        }
    }

    @Test
    @Checklist("SC 12")
    void defaultPortIsOmitted() {
        assertThat(text(of("ws://h:80"))).isEqualTo("ws://h/socketcluster/");
        assertThat(text(of("ws://h:443"))).isEqualTo("ws://h:443/socketcluster/");
        assertThat(text(of("wss://h:443"))).isEqualTo("wss://h/socketcluster/");
        assertThat(text(of("wss://h:80"))).isEqualTo("wss://h:80/socketcluster/");
        assertThat(text(RealtimeClient.builder().host("h:80"))).isEqualTo("ws://h:80/socketcluster/");
    }

    @Test
    @Checklist("SC 12")
    void queryIsFormEncoded() {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("a", List.of(1, 2));
        query.put("b", "x y&");
        assertThat(text(of("ws://h").query(query))).isEqualTo("ws://h/socketcluster/?a=1&a=2&b=x+y%26");
        assertThat(text(of("ws://h").query("a=1&b=x+y&a=2&c"))).isEqualTo("ws://h/socketcluster/?a=1&a=2&b=x+y&c=");
    }

    @Test
    @Checklist("SC 12")
    void timestampIsInEachRequest() {
        RealtimeClient.Builder builder = of("ws://h?a=1").timestampRequests(true);
        assertThat(targetAt1234(builder)).isEqualTo("/socketcluster/?a=1&t=1234");
        builder.timestampParam("now");
        assertThat(targetAt1234(builder)).isEqualTo("/socketcluster/?a=1&now=1234");
        assertThat(text(builder)).isEqualTo("ws://h/socketcluster/?a=1");
    }

    @Test
    @Checklist("SC 12")
    void socketFileReplacesHost() {
        RealtimeClient.Builder builder =
                RealtimeClient.builder().protocolScheme("ws+unix").socketPath(Path.of("/run/app.sock"));
        assertThat(text(builder)).isEqualTo("ws+unix:///run/app.sock:/socketcluster/");
        assertThat(target(builder).address()).isEqualTo(new Address.Unix(Path.of("/run/app.sock")));
        assertThat(target(builder).host()).isEqualTo("localhost");
        assertThat(target(builder).tls()).isEmpty();
    }

    @Test
    @Checklist("SC 12")
    void schemeIsConfigurable() {
        assertThat(text(of("ws://h").protocolScheme("wss"))).isEqualTo("wss://h/socketcluster/");
        assertThat(target(of("ws://h").protocolScheme("wss")).address()).isEqualTo(new Address.Tcp("h", 443));
        assertThat(target(of("ws://h").protocolScheme("wss")).tls()).isPresent();
        refused(
                () -> of("ws://h").protocolScheme("http"),
                "protocolScheme: 'http' (expected: ws, wss, ws+unix or wss+unix)");
        refused(
                () -> of("ws://h").protocolScheme("ws+unix").build(),
                "protocolScheme: 'ws+unix' (expected: ws or wss without a socketPath)");
    }

    @Test
    void ipv6AddressIsInBracketsInUrlOnly() {
        assertThat(text(of("ws://[::1]:8000"))).isEqualTo("ws://[::1]:8000/socketcluster/");
        assertThat(target(of("ws://[::1]:8000")).address()).isEqualTo(new Address.Tcp("::1", 8000));
        assertThat(text(of("ws://h").hostname("::1"))).isEqualTo("ws://[::1]/socketcluster/");
        assertThat(target(of("ws://h").hostname("::1").port(90)).host()).isEqualTo("[::1]:90");
    }

    @Test
    void addressesOfOtherClientsAreAccepted() {
        assertThat(text(of("ws://chat_server:8000"))).isEqualTo("ws://chat_server:8000/socketcluster/");
        assertThat(target(of("ws://chat_server:8000")).address()).isEqualTo(new Address.Tcp("chat_server", 8000));
        assertThat(text(of("HTTPS://Example.COM/p"))).isEqualTo("wss://example.com/p");
        assertThat(target(of("ws://[fe80::1%25eth0]:8000")).host()).isEqualTo("[fe80::1]:8000");
        assertThat(target(of("ws://[fe80::1%25eth0]:8000")).address()).isEqualTo(new Address.Tcp("fe80::1%eth0", 8000));
        assertThat(target(of("ws://h").hostname("chat_server").port(90)).host()).isEqualTo("chat_server:90");
        assertThat(target(of("ws://h").hostname("[::1]")).host()).isEqualTo("[::1]");
        assertThat(target(RealtimeClient.builder().host("[::1]:8000")).host()).isEqualTo("[::1]:8000");
    }

    @Test
    @Checklist("SC 13")
    void hostAcceptsNameWithPortOnly() {
        refused(
                () -> RealtimeClient.builder().host("example.com"),
                "host: 'example.com' (expected: name:port, with a port of 2 to 5 digits)");
        refused(
                () -> RealtimeClient.builder().hostname("a").host("b:80"),
                "host: 'b:80' (expected: none beside hostname)");
        refused(() -> RealtimeClient.builder().port(81).host("b:80"), "host: 'b:80' (expected: none beside port)");
        refused(
                () -> RealtimeClient.builder().host("b:80").hostname("a"),
                "hostname: 'a' (expected: none beside host 'b:80')");
        refused(() -> RealtimeClient.builder().host("b:80").port(81), "port: 81 (expected: none beside host 'b:80')");
        assertThat(target(RealtimeClient.builder().host("b:8001")).address()).isEqualTo(new Address.Tcp("b", 8001));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h", "ws:h", "h:80", "ws://", "ws://user@h", "ws://h/#part", "ws://h:0"})
    void urlNeedsWebSocketScheme(String url) {
        assertThatThrownBy(() -> of(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void invalidValuesAreRejected() {
        RealtimeClient.Builder builder = RealtimeClient.builder();
        refused(() -> builder.protocolVersion(3), "protocolVersion: 3 (expected: 1 or 2)");
        refused(() -> builder.port(0), "port: 0 (expected: 1 to 65535)");
        refused(
                () -> builder.ackTimeout(Duration.ofMillis(1L << 31)),
                "ackTimeout: PT596H31M23.648S (expected: at most 2147483647 ms)");
        refused(() -> builder.connectTimeout(Duration.ZERO), "connectTimeout: PT0S (expected: > 0)");
        refused(() -> builder.batchInterval(Duration.ZERO), "batchInterval: PT0S (expected: > 0)");
        refused(() -> builder.maxChannels(0), "maxChannels: 0 (expected: > 0)");
        refused(
                () -> builder.path("x"),
                "path: 'x' (expected: a path from the root in visible ASCII, without a query)");
        refused(
                () -> builder.hostname("a b"),
                "hostname: 'a b': host 'a b' with the character ' ' (expected: letters, digits, '-', '_' and '.')");
        refused(
                () -> new AutoReconnectOptions(Duration.ZERO, Duration.ZERO, 0, Duration.ZERO),
                "multiplier: 0.0 (expected: > 0)");
    }

    @Test
    void clientIgnoresLaterBuilderChanges() {
        RealtimeClient.Builder builder = of("ws://h");
        try (RealtimeClient client = builder.build()) {
            builder.port(81);
            client.options().port(82);
            assertThat(client.uri()).isEqualTo("ws://h/socketcluster/");
        }
    }

    @Test
    @Checklist("SC 178")
    void reconnectDelaysFollowFormula() {
        AutoReconnectOptions options = ScriptedClient.RECONNECT;
        Random random = new Random(7);
        for (int attempt = 0; attempt < 5; attempt++) {
            for (int i = 0; i < 1000; i++) {
                double least = 10_000 * Math.pow(1.5, attempt);
                assertThat(options.delay(attempt, random).toMillis())
                        .isBetween(Math.min(60_000, Math.round(least)), Math.min(60_000, Math.round(2 * least)));
            }
        }
        assertThat(options.delay(1_000_000, random)).isEqualTo(Duration.ofSeconds(60));
        assertThat(new AutoReconnectOptions(Duration.ofMillis(3), Duration.ZERO, 1.5, Duration.ofSeconds(1))
                        .delay(1, random))
                .isEqualTo(Duration.ofMillis(5));
        assertThat(AutoReconnectOptions.defaults())
                .isEqualTo(new AutoReconnectOptions(
                        Duration.ofSeconds(1), Duration.ofSeconds(4), 1.5, Duration.ofSeconds(60)));
    }
}
