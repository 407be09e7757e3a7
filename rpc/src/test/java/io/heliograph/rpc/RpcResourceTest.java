package io.heliograph.rpc;

import static io.heliograph.rpc.ServerFixture.call;
import static io.heliograph.rpc.ServerFixture.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.testkit.RawPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that end leave nothing behind: no subscription, no timer, no pending work, no namespace. */
class RpcResourceTest {

    private final List<ManualServer> servers = new ArrayList<>();
    private ManualServer server = serve(builder -> {});

    private ManualServer serve(Consumer<RpcServer.Builder> options) {
        server = new ManualServer(options);
        servers.add(server);
        return server;
    }

    @AfterEach
    void close() {
        servers.forEach(ManualServer::close);
    }

    private RawPeer connect(String target) {
        RawPeer peer = server.connectSilently();
        server.send(peer, target);
        return peer;
    }

    @Test
    void closedSocketIsNoSubscriber() {
        server.server.event("news");
        RawPeer peer = server.connect();
        server.send(peer, call(1, "rpc.on", "[\"news\"]"));
        assertThat(server.server.emit("news", 1)).isEqualTo(1);
        peer.close();
        assertThat(server.server.emit("news", 2)).isZero();
        assertThat(server.server.stats().drops()).isEmpty();
    }

    @Test
    void answeredConnectionsLeaveNoTimer() {
        int before = server.network.loop().timers();
        RawPeer peer = server.connect();
        server.send(peer, call(1, "one", "[]"));
        assertThat(server.network.loop().timers()).isEqualTo(before);
        RawPeer silent = server.connectSilently();
        assertThat(server.network.loop().timers()).isGreaterThan(before);
        silent.close();
        assertThat(server.network.loop().timers()).isEqualTo(before);
    }

    @Test
    void closingServerClosesConnectionsWithoutFirstFrame() {
        RawPeer silent = server.connectSilently();
        server.server.close();
        server.network.run();
        assertThat(silent.isOpen()).isFalse();
        assertThat(server.server.closed()).isDone();
    }

    @Test
    void socketOfClosedNamespaceIsAbortedExactlyAtLinger() {
        serve(builder -> builder.linger(Duration.ofMillis(700)));
        RawPeer peer = new RawPeer().settling(server.network::run).keepingOutputOpen();
        server.open(peer);
        server.send(peer, "/gone");
        RpcNamespace gone = server.server.namespace("/gone");
        assertThat(gone.clients()).hasSize(1);
        server.server.closeNamespace("/gone");
        server.network.advance(699);
        assertThat(server.server.stats().connections()).isEqualTo(1);
        server.network.advance(1);
        assertThat(server.server.stats().connections()).isZero();
    }

    @Test
    void closedSocketOfClosedNamespaceLeavesNoTimer() {
        int before = server.network.loop().timers();
        connect("/gone");
        server.server.closeNamespace("/gone");
        server.network.run();
        assertThat(server.server.stats().connections()).isZero();
        server.network.advance(Duration.ofSeconds(6));
        assertThat(server.network.loop().timers()).isEqualTo(before);
    }

    // ---- namespaces of clients

    @Test
    void closedImplicitNamespaceFreesItsPlace() {
        serve(builder -> builder.maxImplicitNamespaces(1));
        connect("/a");
        assertThat(connect("/b").isOpen()).isFalse();
        server.server.closeNamespace("/a");
        server.network.run();
        RawPeer next = connect("/b");
        assertThat(next.isOpen()).isTrue();
        assertThat(connect("/c").isOpen()).as("the place is freed once").isFalse();
    }

    @Test
    void leftImplicitNamespaceFreesItsPlaceOnce() {
        serve(builder -> builder.maxImplicitNamespaces(1));
        RawPeer first = connect("/a");
        RawPeer second = connect("/a");
        first.close();
        assertThat(connect("/b").isOpen()).isFalse();
        second.close();
        assertThat(server.server.namespaces()).containsOnlyKeys("/");
        assertThat(connect("/b").isOpen()).isTrue();
        assertThat(connect("/c").isOpen()).isFalse();
    }

    @Test
    void declaredNamespaceIsNotImplicit() {
        serve(builder -> builder.maxImplicitNamespaces(1));
        connect("/a");
        server.server.namespace("/a");
        server.server.namespace("/a");
        assertThat(connect("/b").isOpen()).isTrue();
        assertThat(connect("/c").isOpen()).isFalse();
    }

    // ---- batches of closed sockets

    @Test
    void batchOfClosedSocketEndsWithItsRunningCall() {
        serve(builder -> builder.maxUnauthenticatedBytes(5000));
        List<Object> calls = new ArrayList<>();
        server.server.method("record").handle(params -> calls.add(params.text()));
        RawPeer peer = server.connect();
        String padding = " ".repeat(800);
        server.send(peer, "[" + call(1, "hold", "[]") + padding + "," + call(2, "record", "[2]") + "]");
        peer.close();
        server.release();
        assertThat(calls).isEmpty();
        RawPeer next = server.connect();
        server.send(next, "[" + call(3, "one", "[]") + " ".repeat(1150) + "]");
        assertThat(server.received(next))
                .as("the batch has left the budget")
                .containsExactly("[" + result(3, "1") + "]");
    }

    @Test
    void messagesAfterCloseAreNotCounted() {
        List<RpcSocket> sockets = new ArrayList<>();
        server.server.onConnection(sockets::add);
        RawPeer peer = new RawPeer().settling(server.network::run).keepingOutputOpen();
        server.open(peer);
        server.send(peer, "/");
        sockets.get(0).close(1000, "");
        server.network.run();
        server.send(peer, call(1, "one", "[]"));
        assertThat(server.server.stats().messagesReceived()).isZero();
        assertThat(server.server.stats().drops()).doesNotContainKey(DropReason.AFTER_CLOSE);
    }

    @Test
    void connectionsThatWereSilentCountWhenTheyEnter() {
        serve(builder -> builder.maxConnections(2));
        RawPeer first = server.connectSilently();
        RawPeer second = server.connectSilently();
        server.send(first, "/");
        RawPeer third = server.connectSilently();
        assertThat(third.isOpen()).isTrue();
        server.send(second, "/");
        server.send(third, "/");
        assertThat(third.isOpen()).isFalse();
        assertThat(server.server.stats().connections()).isEqualTo(2);
        assertThat(server.server.namespace("/").clients()).hasSize(2);
    }
}
