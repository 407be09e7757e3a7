package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RawPeer;
import io.heliograph.transport.Transport;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Connecting, reconnecting and closing of a client; the test is the server. */
class RpcClientConnectionTest extends ClientFixture {

    @Test
    @Checklist({"RPC 103", "RPC 125"})
    void buildDoesNotConnect() throws Exception {
        RpcClient client = built(builder());
        assertThat(client.currentReconnects()).isZero();
        assertThat(client.isReconnecting()).isFalse();
        assertThat(client.willReconnect()).isTrue();
        assertThat(client.maxReconnects()).isEqualTo(5);
        assertThat(server.attempts()).isEqualTo(0);
        CompletableFuture<Void> open = new CompletableFuture<>();
        client.onConnect(() -> open.complete(null));
        value(client.connect());
        assertThat(open).isDone();
        assertThat(client.isConnected()).isTrue();
        value(client.connect());
        assertThat(server.attempts()).isEqualTo(1);
    }

    @Test
    @Checklist("RPC 121")
    void disconnectSends1000AndStopsReconnecting() throws Exception {
        RpcClient client = connected(builder());
        LinkedBlockingQueue<CloseReason> closes = new LinkedBlockingQueue<>();
        client.onDisconnect(closes::add);
        server.next();
        CompletableFuture<Payload> pending = client.call("a", null);
        value(client.disconnect());
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Local());
        assertThat(failure(pending)).isInstanceOf(ClosedException.class);
        assertThat(client.isConnected()).isFalse();
        assertThat(client.isReconnecting()).isFalse();
        value(client.connect());
        server.next();
        assertThat(server.attempts()).isEqualTo(2);
    }

    @Test
    @Checklist({"RPC 122", "RPC 129"})
    void onlyCloseCode1000StopsReconnecting() throws Exception {
        RpcClient client = connected(builder());
        LinkedBlockingQueue<CloseReason> closes = new LinkedBlockingQueue<>();
        client.onDisconnect(closes::add);
        for (int code : new int[] {0, 1001, 4000}) {
            server.next().end(code, code == 0 ? "" : "bye");
            assertThat(closes.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new CloseReason.Remote(code == 0 ? 1005 : code, code == 0 ? "" : "bye"));
        }
        server.next().close(); // 1006
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Failed.class);
        RawPeer last = server.next();
        Awaitility.await().until(client::isConnected);
        last.end(1000, "");
        assertThat(closes.poll(10, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Remote(1000, ""));
        assertThat(client.isReconnecting()).isFalse();
        assertThat(failure(client.call("a", null))).isInstanceOf(NotConnectedException.class);
        assertThat(server.attempts()).isEqualTo(5);
    }

    @Test
    @Checklist({"RPC 123", "RPC 127"})
    void reconnectingStopsAtMaximum() throws Exception {
        server.refusing(true);
        RpcClient client = built(builder().maxReconnects(3));
        LinkedBlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        CompletableFuture<CloseReason> exhausted = new CompletableFuture<>();
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        client.onError(errors::add);
        client.onMaxReconnectsReached(exhausted::complete);
        client.onDisconnect(closed::complete);
        assertThat(failure(client.connect())).isInstanceOf(HeliographException.class);
        assertThat(value(exhausted)).isInstanceOf(CloseReason.Failed.class);
        assertThat(server.attempts()).isEqualTo(3);
        assertThat(client.currentReconnects()).isEqualTo(3);
        assertThat(client.willReconnect()).isFalse();
        assertThat(client.isReconnecting()).isFalse();
        Awaitility.await().until(() -> errors.size() == 3);
        assertThat(closed).isNotDone();
    }

    @Test
    void maxRetriesCountsRetriesOnly() throws Exception {
        server.refusing(true);
        RpcClient client = built(builder().maxRetries(2));
        client.onError(error -> {});
        assertThat(failure(client.connect())).isInstanceOf(HeliographException.class);
        assertThat(server.attempts()).isEqualTo(3);
    }

    @Test
    @Checklist({"RPC 124", "RPC 126"})
    void unlimitedReconnectingResetsCountOnConnect() throws Exception {
        server.refusing(true);
        RpcClient client = built(builder().maxReconnects(0));
        CompletableFuture<CloseReason> exhausted = new CompletableFuture<>();
        client.onError(error -> {});
        client.onMaxReconnectsReached(exhausted::complete);
        CompletableFuture<Void> connecting = client.connect();
        Awaitility.await().until(() -> client.currentReconnects() >= 7);
        assertThat(client.isReconnecting()).isTrue();
        server.refusing(false);
        value(connecting);
        Awaitility.await().until(() -> client.currentReconnects() == 0);
        assertThat(client.isReconnecting()).isFalse();
        assertThat(exhausted).isNotDone();
    }

    @Test
    @Checklist("RPC 128")
    void pendingCallsFailOnDisconnect() throws Exception {
        RpcClient client = connected(builder().reconnect(false));
        RawPeer peer = server.next();
        CompletableFuture<Payload> call = client.call("a", null);
        peer.nextText();
        peer.end(1001, "");
        assertThat(failure(call)).isInstanceOfSatisfying(ClosedException.class, closed -> {
            assertThat(closed.reason()).isEqualTo(new CloseReason.Remote(1001, ""));
            assertThat(closed.unsent()).isFalse();
        });
        assertThat(client.isReconnecting()).isFalse();
    }

    @Test
    void restoreLogsInAndSubscribesAgain() throws Exception {
        RpcClient client = connected(builder().restore(true));
        RawPeer peer = server.next();
        CompletableFuture<Boolean> login = client.login(Map.of("u", "x"));
        peer.nextText();
        peer.send("{\"result\":true,\"id\":1}");
        value(login);
        CompletableFuture<?> on = client.subscribe("a");
        peer.nextText();
        peer.send("{\"result\":{\"a\":\"ok\"},\"id\":2}");
        value(on);
        CompletableFuture<Void> open = new CompletableFuture<>();
        client.onConnect(() -> open.complete(null));
        peer.end(1001, "");
        RawPeer again = server.next();
        assertThat(again.nextText()).contains("\"rpc.login\"").contains("\"u\":\"x\"");
        assertThat(open).isNotDone();
        again.send("{\"result\":true,\"id\":3}");
        assertThat(again.nextText()).contains("\"rpc.on\",\"params\":[\"a\",{\"since\":{\"a\":\"\"}}]");
        again.send("{\"result\":{\"a\":\"ok\"},\"id\":4}");
        value(open);
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void closeIsFinal() throws Exception {
        RpcClient client = connected(builder());
        CompletableFuture<Payload> call = client.call("a", null);
        client.close();
        value(client.closed());
        assertThat(failure(call)).isInstanceOf(ClosedException.class);
        assertThat(failure(client.connect())).isInstanceOf(ClosedException.class);
        assertThat(failure(client.call("b", null))).isInstanceOf(NotConnectedException.class);
    }

    @Test
    void closeWhileReconnectingIsFinal() throws Exception {
        server.refusing(true);
        RpcClient client = built(builder().reconnectInterval(Duration.ofHours(1)));
        client.onError(error -> {});
        CompletableFuture<Void> connecting = client.connect();
        Awaitility.await().until(client::isReconnecting);
        client.close();
        value(client.closed());
        assertThat(failure(connecting)).isInstanceOf(ClosedException.class);
    }

    @Test
    void settingsChangeAtRuntime() throws Exception {
        RpcClient client = connected(builder().dispatch(Dispatch.direct()));
        client.autoReconnect(false);
        client.reconnectInterval(Duration.ofSeconds(2));
        client.maxReconnects(9);
        assertThat(client.maxReconnects()).isEqualTo(9);
        assertThat(client.willReconnect()).isFalse();
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        client.onDisconnect(closed::complete);
        server.next().end(1001, "");
        value(closed);
        assertThat(client.isReconnecting()).isFalse();
    }

    @Test
    void connectReturnsPendingOrCompletedFuture() throws Exception {
        RpcClient client = built(builder());
        CompletableFuture<Void> first = client.connect();
        value(client.connect());
        value(first);
        assertThat(client.connect()).isCompleted();
        assertThat(server.attempts()).isEqualTo(1);
    }

    @Test
    void closeListenerRunsOnce() throws Exception {
        RpcClient client = connected(builder());
        AtomicInteger closes = new AtomicInteger();
        client.onClose(closes::incrementAndGet);
        value(client.disconnect());
        assertThat(closes).hasValue(0);
        client.close();
        value(client.closeGracefully(Duration.ZERO));
        assertThat(closes).hasValue(1);
    }

    @Test
    void addressesAreReadByTheCommonParser() {
        try (RpcClient client = RpcClient.builder(URI.create("ws://chat_server:8000/chat?token=secret"))
                .build()) {
            assertThat(client).hasToString("RpcClient[ws://chat_server:8000/chat]");
        }
        assertThatThrownBy(() -> RpcClient.builder(URI.create("ws://localhost/#a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a fragment");
        assertThatThrownBy(
                        () -> RpcClient.builder(URI.create("wss://localhost/")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLS");
    }

    @Test
    void failedStartFailsEachConnectAndWaitingCall() {
        Transport broken = (Transport) Proxy.newProxyInstance(
                Transport.class.getClassLoader(), new Class<?>[] {Transport.class}, (proxy, method, args) -> {
                    throw new IllegalStateException("no event loop");
                });
        RpcClient client = RpcClient.builder(new Address.Tcp("rpc", 1), "/")
                .transport(broken)
                .build();
        client.onError(error -> {});
        CompletableFuture<Void> first = client.connect();
        assertThat(failure(first)).hasMessage("no event loop");
        assertThat(failure(client.call("a", null))).isInstanceOf(NotConnectedException.class);
        assertThat(failure(client.connect())).hasMessage("no event loop");
        assertThat(failure(client.call("a", null))).isInstanceOf(NotConnectedException.class);
        value(client.closeGracefully(Duration.ZERO));
    }
}
