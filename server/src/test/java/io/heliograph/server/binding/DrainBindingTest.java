package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Payload;
import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import io.heliograph.socket.DataType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends of connections of each protocol when their hub drains. */
class DrainBindingTest {

    private static final Drain ROLLING = Drain.of(Drain.Mode.ROLLING).withTime(Duration.ZERO);
    private static final Drain RESTART = Drain.of(Drain.Mode.RESTART).withTime(Duration.ofSeconds(7));

    private final CompletableFuture<String> slow = new CompletableFuture<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    @TempDir
    Path folder;

    private Hub hub = Hub.builder().build();

    @AfterEach
    void close() {
        hub.closeGracefully(Duration.ZERO).join();
    }

    private String start(HubBuilder builder) {
        hub = builder.daemon(true).build();
        hub.procedure("slow", Payload.class, (none, call) -> {
            started.complete(null);
            return slow;
        });
        hub.procedure("echo", Payload.class, (none, call) -> "echo");
        hub.start().join();
        return hub.listeners().getFirst().url();
    }

    private String socketCluster() {
        return start(Hub.builder().listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster()));
    }

    private String rpc() {
        return start(Hub.builder().listen("ws://127.0.0.1:0/rpc", Protocols.rpc()));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** Drains while the procedure runs, which then ends. */
    private CompletableFuture<Drain.Result> drain(Drain plan) {
        get(started);
        CompletableFuture<Drain.Result> drained = hub.drain(plan);
        while (hub.isReady()) {
            Thread.onSpinWait();
        }
        return drained;
    }

    @Test
    void socketClusterClientOfARollingDrainReceivesNoCode() {
        try (WirePeer peer = WirePeer.join(socketCluster())) {
            peer.send("{'event':'slow','data':null,'cid':2}");
            CompletableFuture<Drain.Result> drained = drain(ROLLING);
            slow.complete("done");
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':'done'}");
            assertThat(peer.end()).isEqualTo("1005");
            assertThat(get(drained)).isEqualTo(new Drain.Result(1, 0));
        }
    }

    @Test
    void socketClusterClientOfARestartReceives1001() {
        try (WirePeer peer = WirePeer.join(socketCluster())) {
            peer.send("{'event':'slow','data':null,'cid':2}");
            drain(RESTART);
            slow.complete("done");
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':'done'}");
            assertThat(peer.end()).isEqualTo("1001");
        }
    }

    @Test
    void callDuringTheDrainReceivesServerClosingError() {
        try (WirePeer peer = WirePeer.join(socketCluster())) {
            peer.send("{'event':'slow','data':null,'cid':2}");
            drain(RESTART);
            assertThat(refusal(peer, "{'event':'echo','data':null,'cid':3}"))
                    .startsWith("{'rid':3,'error':")
                    .contains("'name':'ServerClosingError'", "-32003");
            slow.complete("done");
            assertThat(peer.next()).isEqualTo("{'rid':2,'data':'done'}");
        }
    }

    /** Repeats a request until the drain of the connection has begun; returns the error. */
    private static String refusal(WirePeer peer, String request) {
        while (true) {
            String answer = peer.ask(request);
            if (answer.contains("'error'")) {
                return answer;
            }
        }
    }

    @Test
    void rpcClientOfARollingDrainRetriesAtOnce() {
        try (WirePeer peer = WirePeer.connect(rpc())) {
            peer.send("{'jsonrpc':'2.0','method':'slow','id':1}");
            drain(ROLLING);
            slow.complete("done");
            assertThat(peer.next()).isEqualTo("{'jsonrpc':'2.0','result':'done','id':1}");
            assertThat(peer.end()).isEqualTo("1012 retry=0");
        }
    }

    @Test
    void rpcClientOfARestartReceivesADelay() {
        try (WirePeer peer = WirePeer.connect(rpc())) {
            peer.send("{'jsonrpc':'2.0','method':'slow','id':1}");
            drain(RESTART);
            assertThat(refusal(peer, "{'jsonrpc':'2.0','method':'echo','id':2}"))
                    .contains("'code':-32003", "'id':2");
            slow.complete("done");
            assertThat(peer.next()).isEqualTo("{'jsonrpc':'2.0','result':'done','id':1}");
            String end = peer.end();
            assertThat(end).startsWith("1012 retry=");
            assertThat(Integer.parseInt(end.substring(11))).isBetween(1, 7000);
        }
    }

    @Test
    void ipcClientIsAnsweredAndReadsTheEnd() throws IOException {
        Path file = folder.resolve("hub.sock");
        start(Hub.builder().listen("unix:" + file, Protocols.ipc()));
        try (RawIpcClient client = new RawIpcClient(file)) {
            client.send("{\"topic\":\"#call\",\"message\":{\"id\":1,\"procedure\":\"slow\"}}");
            CompletableFuture<Drain.Result> drained = drain(ROLLING);
            slow.complete("done");
            assertThat(client.next()).isEqualTo("{\"topic\":\"#reply\",\"message\":{\"id\":1,\"data\":\"done\"}}");
            assertThat(client.next()).isEqualTo("end");
            client.end();
            assertThat(get(drained)).isEqualTo(new Drain.Result(1, 0));
        }
    }

    @Test
    void typedClientIsAnsweredAndReadsTheEnd() throws IOException {
        String url = start(Hub.builder()
                .listen(
                        "tcp://127.0.0.1:0",
                        Protocols.socket()
                                .types(DataType.STRING, DataType.STRING)
                                .call("slow")));
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort())) {
            client.getOutputStream().write("x".getBytes(StandardCharsets.UTF_8));
            drain(RESTART);
            slow.complete("done");
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("done");
        }
    }

    @Test
    void eventStreamEndsWithTheTimeOfTheNextAttempt() throws IOException {
        String url = start(Hub.builder().listen("http://127.0.0.1:0/api", Protocols.http()));
        URI address = URI.create(url);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
            client.getOutputStream()
                    .write(("GET /api/subscribe?channel=a HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] head = client.getInputStream().readNBytes(15);
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
            hub.drain(ROLLING);
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("retry: 1\n\n");
        }
    }

    @Test
    void restartRefusesUpgradesWithRetryAfter() throws IOException {
        URI url = URI.create(rpc());
        try (WirePeer peer = WirePeer.connect(url.toString());
                Socket late = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
            peer.send("{'jsonrpc':'2.0','method':'slow','id':1}");
            drain(RESTART);
            assertThat(upgrade(late, url)).matches("(?s)HTTP/1.1 503 .*\r\nRetry-After: [1-7]\r\n.*");
            slow.complete("done");
        }
    }

    private static String upgrade(Socket client, URI url) throws IOException {
        client.getOutputStream()
                .write(("GET /rpc HTTP/1.1\r\nHost: " + url.getAuthority()
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void rollingDrainAcceptsTheHandshakeOfAnAcceptedConnection() throws IOException {
        URI url = URI.create(rpc());
        try (WirePeer peer = WirePeer.connect(url.toString());
                Socket late = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
            peer.send("{'jsonrpc':'2.0','method':'slow','id':1}");
            drain(ROLLING.withTime(Duration.ofSeconds(1)));
            assertThat(upgrade(late, url)).startsWith("HTTP/1.1 101 ");
            slow.complete("done");
        }
    }

    @Test
    void drainOfAStoppedHubClosesIt() {
        hub = Hub.builder().listen("ws://127.0.0.1:0/rpc", Protocols.rpc()).build();
        assertThat(get(hub.drain(ROLLING))).isEqualTo(new Drain.Result(0, 0));
        assertThat(List.of(hub.closed().isDone())).containsExactly(true);
    }

    @Test
    void closeShortensADrain() {
        try (WirePeer peer = WirePeer.connect(rpc())) {
            peer.send("{'jsonrpc':'2.0','method':'slow','id':1}");
            CompletableFuture<Drain.Result> drained = drain(RESTART.withGrace(Duration.ofHours(1)));
            hub.closeGracefully(Duration.ZERO);
            get(drained);
        }
    }
}
