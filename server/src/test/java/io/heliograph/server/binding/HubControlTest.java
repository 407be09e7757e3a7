package io.heliograph.server.binding;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.channel.MessageChannel;
import io.heliograph.exchange.control.Command;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.socket.DataType;
import io.heliograph.testkit.RawPeer;
import io.heliograph.testkit.Scratch;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kicking out, disconnecting and revoking over all protocols of one hub. */
@SuppressWarnings("NullAway.Init") // by start()
class HubControlTest {

    private static final Set<String> PROTOCOLS = Set.of("socketcluster", "rpc", "ipc", "channel", "socket");

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final Transports.Lease lease = Transports.acquire();
    private final List<String> member = new CopyOnWriteArrayList<>();
    private Hub hub;
    private WirePeer realtime;
    private RawPeer rpc;
    private RawIpcClient ipc;
    private Socket typed;

    /** Starts a hub with a client of each protocol, which receives the channel {@code m/news}. */
    private void start() throws Exception {
        hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen("unix:" + scratch.path("ipc"), Protocols.ipc())
                .listen(
                        "tcp://127.0.0.1:0",
                        Protocols.socket()
                                .types(DataType.INT, DataType.INT)
                                .framed(true)
                                .deliver("m/news"))
                .listen(
                        "channel:m",
                        Protocols.messageChannel().configure(channel -> channel.directory(scratch.folder())))
                .authority((who, action, name) -> action == HubAction.SUBSCRIBE
                                && name.startsWith("ada/")
                                && !who.name().equals("ada")
                        ? Permission.deny()
                        : Permission.allow())
                .daemon(true)
                .build();
        scratch.closing(lease::release);
        scratch.closing(() -> value(hub.closeGracefully(Duration.ofSeconds(2))));
        hub.onError(failure -> {});
        value(hub.start());
        realtime = scratch.closing(WirePeer.join(hub.listeners().get(0).url())).subscribe("m/news");
        rpc = scratch.closing(RawPeer.connect(
                lease.transport(),
                WebSocketTarget.of(URI.create(hub.listeners().get(1).url()), Optional.empty()),
                WebSocketOptions.defaults()));
        rpc.ask(RpcListener.call(1, "rpc.on", "[\"m/news\"]"));
        ipc = scratch.closing(new RawIpcClient(scratch.path("ipc")));
        ipc.send("{\"topic\":\"#subscribe\",\"message\":\"m/news\"}");
        assertThat(ipc.next()).contains("#subscribed");
        int port = ((Address.Tcp) Address.parse(hub.listeners().get(3).url())).port();
        typed = scratch.closing(new Socket(InetAddress.getLoopbackAddress(), port));
        typed.setSoTimeout(20_000);
        MessageChannel channel =
                MessageChannel.builder("m").directory(scratch.folder()).build();
        scratch.closing(() -> value(channel.closeGracefully(Duration.ofSeconds(2))));
        channel.onMessage(
                message -> member.add(message.topic() + "=" + message.payload().text()));
        value(channel.connect());
        Awaitility.await().until(() -> channel.hub().isPresent() && protocols().equals(PROTOCOLS));
        publish("m/news", 1);
        assertThat(realtime.next()).contains("'data':1");
        assertThat(rpc.nextText()).contains("[1]");
        assertThat(ipc.next()).contains("\"message\":1");
        assertThat(typed.getInputStream().readNBytes(5)).containsExactly(4, 0, 0, 0, 1);
        Awaitility.await().until(() -> member.contains("news=1"));
    }

    private void publish(String channel, Object data) {
        value(hub.exchange().publish(channel, data));
    }

    private Set<String> protocols() {
        return hub.connections().stream().map(Connection::protocol).collect(Collectors.toSet());
    }

    @Test
    void kickedOutClientsOfAllProtocolsReceiveNothingMore() throws Exception {
        start();
        for (Connection each : hub.connections()) {
            value(hub.kickOut("m/news", new Command.Target.Connection(each.id()), "enough"));
        }
        assertThat(realtime.next()).contains("#kickOut").contains("enough");
        assertThat(ipc.next()).contains("#kickOut").contains("enough");
        Awaitility.await().until(() -> member.stream().anyMatch(each -> each.startsWith("#kickOut=")));
        // The protocols RPC and typed sockets have no message for it.
        assertThat(rpc.ask(RpcListener.call(2, "rpc.off", "[\"m/news\"]"))).contains("not subscribed");
        int before = member.size();
        publish("m/news", 2);
        publish("m/other", 3);
        assertThat(rpc.ask(RpcListener.call(3, "helio.procedures", "[]"))).isEqualTo(RpcListener.result(3, "[]"));
        Awaitility.await().until(() -> member.contains("other=3"));
        assertThat(member).hasSize(before + 1);
        assertThat(typed.getInputStream().available()).isZero();
    }

    @Test
    void disconnectedClientsOfAllProtocolsAreClosed() throws Exception {
        start();
        for (Connection each : hub.connections()) {
            value(hub.disconnect(new Command.Target.Connection(each.id()), "bye"));
        }
        assertThat(rpc.awaitClosed().toString()).contains("bye");
        assertThat(typed.getInputStream().read()).isEqualTo(-1);
        Awaitility.await().until(() -> hub.connections().isEmpty());
        publish("m/news", 2);
        assertThat(member).doesNotContain("news=2");
    }

    @Test
    void revokedTokenEndsRightsOverAllProtocolsWithTokens() throws Exception {
        start();
        String token = hub.signToken(Map.of("sub", "ada"));
        WirePeer second = scratch.closing(WirePeer.join(hub.listeners().get(0).url(), token));
        second.subscribe("ada/1");
        rpc.ask(RpcListener.call(2, "rpc.login", "{\"token\":\"" + token + "\"}"));
        assertThat(rpc.ask(RpcListener.call(3, "rpc.on", "[\"ada/1\"]"))).contains("\"ada/1\":\"ok\"");
        ipc.send(
                "{\"topic\":\"#authenticate\",\"message\":\"" + token + "\"}",
                "{\"topic\":\"#subscribe\",\"message\":\"ada/1\"}");
        Awaitility.await().until(() -> hub.exchange().subscribers("ada/1") == 3);
        value(hub.revoke(new Command.Target.User("ada"), Instant.now().plusSeconds(3600)));
        Awaitility.await().until(() -> hub.exchange().subscribers("ada/1") == 0);
        assertThat(hub.connections()).noneMatch(each -> each.principal().name().equals("ada"));
        assertThat(rpc.ask(RpcListener.call(4, "rpc.login", "{\"token\":\"" + token + "\"}")))
                .contains("revoked");
    }
}
