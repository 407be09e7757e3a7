package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.UnreachableException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.CapturedLog;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures of a client over real sockets: exception, and one line in the log. */
class ClientFailureTest {

    private final RealtimeServer server =
            RealtimeServer.builder().host("127.0.0.1").port(0).build();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
        server.close();
    }

    private String listen() {
        Await.value(server.listen());
        return "ws://127.0.0.1:" + server.port();
    }

    /** Connects to an address that cannot be reached; the exception and the single log line must name address and cause. */
    private void fails(String url, Consumer<RealtimeClient.Builder> options, String... parts) {
        RealtimeClient.Builder builder = RealtimeClient.builder(URI.create(url)).autoReconnect(false);
        options.accept(builder);
        try (RealtimeClient client = builder.build()) {
            Throwable failure = Await.failure(client.connect());
            assertThat(failure).isInstanceOf(UnreachableException.class).hasMessageStartingWith(url);
            assertThat(failure.getMessage()).contains(parts);
            await().until(() -> !log.lines(url).isEmpty());
        }
        assertThat(log.lines(url)).singleElement().asString().contains(parts).doesNotContain("\tat ");
        assertThat(log.lines("\tat ")).isEmpty();
    }

    private static int closedPort() throws Exception {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    @Test
    void closedPortIsNamed() throws Exception {
        fails("ws://127.0.0.1:" + closedPort(), options -> {}, "connection refused");
    }

    @Test
    void portWithoutTlsIsNamed() {
        fails(listen().replace("ws:", "wss:"), options -> {}, "TLS", "connect without TLS");
    }

    @Test
    void tlsPortAndUntrustedCertificateAreNamed(@TempDir Path folder) {
        var issued = new CertificateAuthority("authority").issue("server", "127.0.0.1");
        TlsIdentity identity = TlsIdentity.pem(
                issued.writeChainPem(folder.resolve("chain.pem")), issued.writeKeyPem(folder.resolve("key.pem")));
        try (RealtimeServer secure = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .tls(ServerTls.builder(identity).load())
                .build()) {
            Await.value(secure.listen());
            fails("ws://127.0.0.1:" + secure.port(), options -> {}, "TLS", "wss:");
            fails("wss://127.0.0.1:" + secure.port(), options -> {}, "certificate", "trust");
        }
    }

    @Test
    void wrongPathIsNamedWithStatus() {
        fails(listen(), options -> options.path("/other/"), "400", "/other/");
    }

    @Test
    void unknownHostIsNamed() {
        fails("ws://no-such-host.invalid:8000", options -> {}, "unknown host");
    }

    @Test
    void repeatedFailuresAreOneLine() throws Exception {
        String url = "ws://127.0.0.1:" + closedPort();
        var fast = AutoReconnectOptions.defaults()
                .withInitialDelay(Duration.ofMillis(1))
                .withRandomness(Duration.ZERO)
                .withMaxDelay(Duration.ofMillis(1));
        try (RealtimeClient client = RealtimeClient.builder(URI.create(url))
                .autoReconnectOptions(fast)
                .connect()) {
            await().until(() -> client.connectAttempts() > 20);
        }
        assertThat(log.lines(url)).hasSize(1);
    }

    @Test
    void refusedSubscriptionEndsLoopAndIsLoggedOnce() {
        server.middleware(
                Action.Subscribe.class, Middleware.of(action -> Decision.block("NotAMemberError", "log in first")));
        try (RealtimeClient client = RealtimeClient.connect(URI.create(listen()))) {
            RealtimeChannel<Payload> members = client.subscribe("members");
            assertThatThrownBy(() -> {
                        for (Payload member : members) {
                            throw new AssertionError("unexpected " + member);
                        }
                    })
                    .isInstanceOf(RealtimeException.class)
                    .hasMessage("log in first");
            assertThat(Await.failure(members.subscribed())).hasMessage("log in first");
            await().until(() -> !log.lines("Subscription refused").isEmpty());
            assertThat(log.lines("Subscription refused"))
                    .singleElement()
                    .asString()
                    .contains("NotAMemberError: log in first channel=members address=ws://127.0.0.1");
        }
    }
}
