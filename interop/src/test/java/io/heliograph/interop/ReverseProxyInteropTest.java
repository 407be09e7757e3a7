package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcServer;
import io.heliograph.web.WebServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SocketCluster and RPC behind the reverse proxies of Debian, which end a connection that is idle for one second. */
class ReverseProxyInteropTest {

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<String> addresses = new LinkedBlockingQueue<>();
    private WebServer web = WebServer.builder().host("127.0.0.1").port(0).build();

    @BeforeEach
    void listen() {
        opened(web);
        RealtimeServer realtime = opened(RealtimeServer.builder()
                .on(web)
                .pingInterval(Duration.ofMillis(300))
                .build());
        realtime.onConnection(socket -> {
            addresses.add(socket.request().peer().toString());
            socket.onProcedure("echo", Object.class, data -> data);
        });
        RpcServer rpc = opened(RpcServer.builder()
                .on(web, "/rpc")
                .pingInterval(Duration.ofMillis(300))
                .build());
        rpc.namespace("/rpc").method("echo").handle(params -> params.value());
        value(realtime.listen());
        value(rpc.listen());
        value(web.listen());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <C extends AutoCloseable> C opened(C made) {
        open.add(made);
        return made;
    }

    private ReverseProxy proxy(ReverseProxy.Kind kind) {
        return opened(new ReverseProxy(kind, directory, web.port()));
    }

    @ParameterizedTest
    @EnumSource
    void callsOfNpmClientsPass(ReverseProxy.Kind kind) {
        ReverseProxy proxy = proxy(kind);
        String large = "x".repeat(300_000);
        PeerProcess cluster =
                opened(PeerProcess.script("realtime-client.js", "hostname", "127.0.0.1", "port", proxy.port()));
        cluster.command("connect");
        cluster.await("connect");
        cluster.command("invoke", "name", "echo", "data", large, "tag", "t");
        assertThat(cluster.await("answer").get("data")).isEqualTo(large);

        PeerProcess caller =
                opened(PeerProcess.script("rpc-client.js", "url", "ws://127.0.0.1:" + proxy.port() + "/rpc"));
        caller.next("open");
        caller.command("call", "method", "echo", "params", List.of(large));
        assertThat(caller.await("result").get("value")).isEqualTo(List.of(large));
    }

    @ParameterizedTest
    @EnumSource
    void pingsKeepAnIdleConnectionOpen(ReverseProxy.Kind kind) throws InterruptedException {
        ReverseProxy proxy = proxy(kind);
        CountDownLatch pings = new CountDownLatch(10); // 3 s, three times as long as the proxy allows
        try (RecordedRealtimeClient client = new RecordedRealtimeClient(proxy.port(), options -> {})) {
            client.client.on(ClientEvent.Message.class, message -> pings.countDown());
            value(client.client.connect());
            assertThat(pings.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(client.names()).doesNotContain("disconnect", "error");
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientsReconnectWhenTheProxyRestarts(ReverseProxy.Kind kind) {
        ReverseProxy proxy = proxy(kind);
        try (RecordedRealtimeClient client = new RecordedRealtimeClient(proxy.port(), options -> {})) {
            value(client.client.connect());
            proxy.close();
            client.await("disconnect");
            proxy.start();
            client.await("connect");
            assertThat(value(client.client.invoke("echo", 7, Integer.class))).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void absentServerIsNamedByItsStatus(ReverseProxy.Kind kind) {
        ReverseProxy proxy = proxy(kind);
        value(web.closeGracefully(Duration.ZERO));
        try (RecordedRealtimeClient client = new RecordedRealtimeClient(proxy.port(), options -> {})) {
            client.client.connect();
            Throwable failure =
                    client.await("error").as(ClientEvent.Failure.class).error();
            assertThat(failure)
                    .hasMessageContaining("127.0.0.1:" + proxy.port())
                    .hasMessageContaining(kind == ReverseProxy.Kind.NGINX ? "502" : "503");
        }
    }

    @ParameterizedTest
    @EnumSource
    void forwardedAddressIsNotBelieved(ReverseProxy.Kind kind) throws InterruptedException {
        ReverseProxy proxy = proxy(kind);
        PeerProcess cluster = opened(PeerProcess.script(
                "realtime-client.js",
                "hostname",
                "127.0.0.1",
                "port",
                proxy.port(),
                "wsOptions",
                Map.of("headers", Map.of("X-Forwarded-For", "203.0.113.7"))));
        cluster.command("connect");
        cluster.await("connect");
        assertThat(addresses.poll(30, TimeUnit.SECONDS)).contains("127.0.0.1").doesNotContain("203.0.113.7");
    }
}
