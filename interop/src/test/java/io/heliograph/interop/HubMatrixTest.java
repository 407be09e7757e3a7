package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.heliograph.Address;
import io.heliograph.interop.MatrixPeer.Content;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.server.SocketProtocol;
import io.heliograph.socket.DataType;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every kind of client publishes every content to every kind of client, at one hub. */
class HubMatrixTest {

    static final String CHANNEL = "m/t";

    /** The clients with a subscription of their own: the program and the typed sockets. */
    private static final int SUBSCRIBERS = 4;

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private Hub start() {
        Hub hub = Hub.builder()
                .listen("unix:" + scratch.path("s"), Protocols.ipc())
                .listen("tcp://127.0.0.1:0", typed(DataType.JSON).framed(true))
                .listen("tcp://127.0.0.1:0", typed(DataType.INT).framed(true))
                .listen("tcp://127.0.0.1:0", typed(DataType.UNSIGNED_SHORT))
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc().configure(rpc -> rpc.maxQueuedBytes(16 << 20)))
                .listen("unix:" + scratch.path("r"), Protocols.rpc().configure(rpc -> rpc.maxQueuedBytes(16 << 20)))
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen(
                        "ws://127.0.0.1:0/binary/",
                        Protocols.socketCluster().configure(server -> server.codec(RealtimeCodec.minBin())))
                .listen("channel:m", Protocols.messageChannel().configure(member -> member.directory(scratch.folder())))
                .daemon(true)
                .build();
        scratch.closing(() -> value(hub.closeGracefully(Duration.ofSeconds(2))));
        hub.onError(failure -> {});
        value(hub.start());
        return hub;
    }

    private static SocketProtocol typed(DataType type) {
        return Protocols.socket().types(type, type).publish(CHANNEL).deliver(CHANNEL);
    }

    private static int port(Hub hub, int listener) {
        return ((Address.Tcp) Address.parse(hub.listeners().get(listener).url())).port();
    }

    /** Connects one client of each kind. */
    private Map<String, MatrixPeer> peers(Hub hub) throws Exception {
        Map<String, MatrixPeer> peers = new LinkedHashMap<>();
        peers.put("program", new MatrixClients.Program(hub));
        peers.put("IPC", scratch.closing(new MatrixClients.Ipc(scratch.path("s"))));
        peers.put("IPC, Java", scratch.closing(new MatrixClients.JavaIpc(scratch.path("s"))));
        peers.put("IPC, npm", scratch.closing(new MatrixClients.NpmIpc(scratch.path("s"))));
        peers.put("typed json", scratch.closing(new MatrixClients.TypedJson(port(hub, 1))));
        peers.put("typed int", scratch.closing(new MatrixClients.TypedInt(port(hub, 2))));
        peers.put("typed unsignedshort, npm", scratch.closing(new MatrixClients.NpmSocket(port(hub, 3))));
        String rpc = hub.listeners().get(4).url();
        peers.put("RPC", scratch.closing(new EndPeer(new HubEnds.Rpc(rpc, RpcCodec.JSON))));
        peers.put("RPC, MessagePack", scratch.closing(new EndPeer(new HubEnds.Rpc(rpc, RpcCodec.MSGPACK))));
        peers.put(
                "RPC over Unix",
                scratch.closing(
                        new EndPeer(new HubEnds.Rpc(hub.listeners().get(5).url(), RpcCodec.JSON))));
        peers.put("RPC, npm", scratch.closing(new EndPeer(new HubEnds.NpmRpc(rpc, "json"))));
        peers.put("RPC, npm, MessagePack", scratch.closing(new EndPeer(new HubEnds.NpmRpc(rpc, "tiny-msgpack"))));
        peers.put(
                "SocketCluster",
                scratch.closing(new EndPeer(
                        new HubEnds.SocketCluster(hub.listeners().get(6).url(), false))));
        peers.put(
                "SocketCluster, min-bin",
                scratch.closing(new EndPeer(
                        new HubEnds.SocketCluster(hub.listeners().get(7).url(), true))));
        peers.put(
                "SocketCluster, npm",
                scratch.closing(new EndPeer(
                        new HubEnds.NpmSocketCluster(hub.listeners().get(6).url(), false))));
        peers.put(
                "SocketCluster, npm, min-bin",
                scratch.closing(new EndPeer(
                        new HubEnds.NpmSocketCluster(hub.listeners().get(7).url(), true))));
        MatrixMember first = scratch.closing(new MatrixMember(scratch.folder()));
        MatrixMember second = scratch.closing(new MatrixMember(scratch.folder()));
        peers.put("MessageChannel", first.knowing(2));
        peers.put("MessageChannel, second member", second.knowing(2));
        Awaitility.await()
                .until(() -> hub.connections().size() == peers.size() - 1
                        && hub.exchange().subscribers(CHANNEL) >= SUBSCRIBERS);
        return peers;
    }

    @TestFactory
    Stream<DynamicTest> everyContentReachesEveryOtherClient() throws Exception {
        Map<String, MatrixPeer> peers = peers(start());
        List<DynamicTest> tests = new ArrayList<>();
        peers.forEach((from, sender) -> {
            for (Content content : Content.values()) {
                String data = sender.sent(content);
                if (data != null) {
                    tests.add(dynamicTest(from + " sends " + content, () -> {
                        sender.send(content);
                        assertReceived(peers, from, data);
                    }));
                }
            }
            if (!sender.keepsMessages()) {
                return;
            }
            tests.add(dynamicTest(from + " sends 1000 in order", () -> {
                for (int i = 0; i < 1000; i++) {
                    sender.send(i);
                }
                for (int i = 0; i < 1000; i++) {
                    assertReceived(peers, from, String.valueOf(i));
                }
            }));
        });
        return tests.stream();
    }

    /** Checks what every client receives, except a sender without an echo. */
    private static void assertReceived(Map<String, MatrixPeer> peers, String from, String data) throws Exception {
        for (Map.Entry<String, MatrixPeer> each : peers.entrySet()) {
            String expected = each.getValue().received(data);
            if (expected != null
                    && (!each.getKey().equals(from) || each.getValue().hasEcho())) {
                assertThat(each.getValue().next())
                        .as("%s to %s", from, each.getKey())
                        .isEqualTo(expected);
            }
        }
    }
}
