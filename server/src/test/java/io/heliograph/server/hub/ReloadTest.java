package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.http.Origins;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.rpc.RpcClient;
import io.heliograph.server.Grant;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String OTHER = "fedcba9876543210fedcba9876543210";
    private static final Grant ALL =
            Grant.allow(HubAction.SUBSCRIBE, HubAction.PUBLISH, HubAction.CALL).to("anyone");

    @TempDir
    Path folder;

    private static HubBuilder options() {
        return Hub.builder().permissions(ALL).authKey(KEY);
    }

    private static Hub start(HubBuilder builder) {
        Hub hub = builder.listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .daemon(true)
                .build();
        hub.start().join();
        return hub;
    }

    private static String url(Hub hub, int listener) {
        return hub.listeners().get(listener).url();
    }

    @Test
    void deniedSubscriptionEndsAndTheConnectionStays() throws Exception {
        try (Hub hub = start(options());
                RealtimeClient client =
                        RealtimeClient.builder(URI.create(url(hub, 0))).build()) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            client.on(ClientEvent.KickOut.class, event -> ended.complete(null));
            client.connect().join();
            client.channel("secret/a").subscribe().subscribed().join();
            client.channel("open").subscribe().subscribed().join();
            options()
                    .permissions(
                            Grant.allow(HubAction.SUBSCRIBE).channels("open").to("anyone"))
                    .reload(hub);
            ended.get(1, TimeUnit.SECONDS);
            assertThat(hub.connections()).hasSize(1);
            assertThat(client.channel("open").isSubscribed(false)).isTrue();
        }
    }

    @Test
    void formerKeyVerifiesAsLongAsItIsListed() {
        try (Hub hub = start(options())) {
            String token = hub.signToken(Map.of("sub", "ada"));
            options().authKey(OTHER, KEY).reload(hub);
            assertThat(((DefaultHub) hub).core().verify(token)).isCompleted();
            options().authKey(OTHER).reload(hub);
            assertThat(((DefaultHub) hub).core().verify(token)).isCompletedExceptionally();
        }
    }

    @Test
    void invalidKeyChangesNothing() {
        try (Hub hub = start(options())) {
            String token = hub.signToken(Map.of("sub", "ada"));
            HubBuilder broken = Hub.builder().authKey("-----BEGIN PRIVATE KEY-----");
            assertThatThrownBy(() -> broken.reload(hub))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("authKey: ");
            assertThat(((DefaultHub) hub).core().verify(token)).isCompleted();
            assertThat(hub.isReady()).isTrue();
        }
    }

    @Test
    void originsApplyToNewConnections() throws IOException {
        try (Hub hub = start(options())) {
            assertThat(upgrade(hub, "https://app.example")).isEqualTo(403);
            options().origins(Origins.of("https://app.example")).reload(hub);
            assertThat(upgrade(hub, "https://app.example")).isNotEqualTo(403);
        }
    }

    /** Returns the status of a request for a WebSocket without its key, which the server checks after the origin. */
    private static int upgrade(Hub hub, String origin) throws IOException {
        URI url = URI.create(url(hub, 1).replaceFirst("ws", "http"));
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(("GET /rpc HTTP/1.1\r\nHost: " + url.getAuthority()
                                    + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: " + origin + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] head = socket.getInputStream().readNBytes(12);
            return Integer.parseInt(new String(head, 9, 3, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void hostsApplyToNewRequests() throws IOException {
        try (Hub hub = start(options())) {
            assertThat(health(hub)).isEqualTo(403);
            options().hosts("proxy.example").reload(hub);
            assertThat(health(hub)).isEqualTo(200);
            options().reload(hub);
            assertThat(health(hub)).isEqualTo(403);
        }
    }

    /** Returns the status of a request that names another host. */
    private static int health(Hub hub) throws IOException {
        URI url = URI.create(url(hub, 1));
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write("GET /healthz HTTP/1.1\r\nHost: proxy.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] head = socket.getInputStream().readNBytes(12);
            return Integer.parseInt(new String(head, 9, 3, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void certificateAppliesToNewConnections() throws IOException {
        CertificateAuthority first = new CertificateAuthority("first");
        CertificateAuthority second = new CertificateAuthority("second");
        Hub hub = options()
                .tls(tls(first, "first"))
                .listen("wss://127.0.0.1:0/rpc", Protocols.rpc())
                .daemon(true)
                .build();
        hub.start().join();
        try (hub;
                RpcClient open = client(hub, first, "first");
                RpcClient next = client(hub, second, "second")) {
            hub.procedure("echo", String.class, (text, call) -> text);
            open.connect().join();
            options().tls(tls(second, "second")).reload(hub);
            next.connect().join();
            assertThat(open.call("echo", List.of("x"), String.class).join()).isEqualTo("x");
        }
    }

    @Test
    void reloadsUnderLoadDropNoConnectionAndNoCall() throws IOException {
        CertificateAuthority authority = new CertificateAuthority("load");
        ServerTls[] certificates = {tls(authority, "one"), tls(authority, "two")};
        Hub hub = options()
                .tls(certificates[0])
                .listen("wss://127.0.0.1:0/rpc", Protocols.rpc())
                .daemon(true)
                .build();
        hub.start().join();
        List<RpcClient> clients = new ArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        AtomicInteger losses = new AtomicInteger();
        try (hub) {
            hub.procedure("echo", String.class, (text, call) -> text);
            List<CompletableFuture<Void>> loops = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                RpcClient client = client(hub, authority, "load");
                clients.add(client);
                client.onDisconnect(reason -> losses.incrementAndGet());
                client.connect().join();
                loops.add(CompletableFuture.runAsync(
                        () -> {
                            while (!ended.get()) {
                                assertThat(client.call("echo", List.of("x"), String.class)
                                                .join())
                                        .isEqualTo("x");
                                calls.incrementAndGet();
                            }
                        },
                        task -> Thread.ofVirtual().start(task)));
            }
            for (int i = 0; i < 100; i++) {
                long before = calls.get();
                options()
                        .tls(certificates[i % 2])
                        .authKey(i % 2 == 0 ? KEY : OTHER)
                        .callTimeout(Duration.ofSeconds(20 + i % 2))
                        .hosts("proxy-" + i + ".example")
                        .reload(hub);
                while (calls.get() < before + 10 && loops.stream().noneMatch(CompletableFuture::isDone)) {
                    Thread.onSpinWait();
                }
            }
            ended.set(true);
            loops.forEach(CompletableFuture::join);
            assertThat(losses).hasValue(0);
            assertThat(hub.connections()).hasSize(8);
        } finally {
            clients.forEach(RpcClient::close);
        }
    }

    private RpcClient client(Hub hub, CertificateAuthority authority, String name) throws IOException {
        Path file = authority.writePem(folder.resolve(name + ".pem"));
        return RpcClient.builder(URI.create(url(hub, 0)))
                .tls(ClientTls.builder().trust(file).load())
                .build();
    }

    private ServerTls tls(CertificateAuthority authority, String name) throws IOException {
        Path file = folder.resolve(name + ".p12");
        authority.issue(name, "localhost", "127.0.0.1").writePkcs12(file, "pw");
        return ServerTls.builder(TlsIdentity.pkcs12(file, "pw")).load();
    }

    @Test
    void timeLimitOfCallsAppliesToNewCalls() {
        try (Hub hub = start(options())) {
            options().callTimeout(Duration.ofMillis(5)).reload(hub);
            assertThat(((DefaultHub) hub).core().options().callTimeout()).isEqualTo(Duration.ofMillis(5));
        }
    }

    @Test
    void unsafeOptionsAreRejected() {
        Hub hub = Hub.builder()
                .allowAnonymous(true)
                .listen("ws://0.0.0.0:0/rpc", Protocols.rpc())
                .daemon(true)
                .build();
        try (hub) {
            hub.start().join();
            assertThatThrownBy(() -> Hub.builder().reload(hub))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is reachable from other machines");
        }
    }
}
