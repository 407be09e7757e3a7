package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.heliograph.EndpointStats;
import io.heliograph.exchange.control.Command;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.server.stats.CallOutcome;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.EndCause;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.ProcedureStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics of a hub with clients of three protocols, whose messages the test counts itself. */
class HubSnapshotTest {

    @TempDir
    Path folder;

    private Hub hub = Hub.builder().daemon(true).build();

    @BeforeEach
    void start() {
        hub = Hub.builder()
                .daemon(true)
                .authority((who, action, name) -> action == HubAction.CONNECT && name.endsWith("/closed")
                        ? Permission.deny("not here")
                        : Permission.allow())
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen("unix:" + folder.resolve("s"), Protocols.ipc().deliver())
                .listen("ws://127.0.0.1:0/closed", Protocols.rpc())
                .build();
        hub.procedure("sum", Object.class, (data, call) -> 3);
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private String url(int listener) {
        return hub.listeners().get(listener).url();
    }

    private ConnectionStats of(String protocol) {
        return hub.connectionStats().stream()
                .filter(each -> each.protocol().equals(protocol))
                .findFirst()
                .orElseThrow();
    }

    private ConnectionEnd awaitEnd() {
        await().atMost(Duration.ofSeconds(10)).until(() -> !hub.recentEnds().isEmpty());
        return hub.recentEnds().getFirst();
    }

    @Test
    void figuresEqualWhatClientsSentAndReceived() throws Exception {
        try (WirePeer sc = WirePeer.join(url(0)).subscribe("news");
                WirePeer rpc = WirePeer.connect(url(1));
                RawIpcClient ipc = new RawIpcClient(folder.resolve("s"))) {
            ipc.send("{\"topic\":\"#subscribe\",\"message\":\"news\"}");
            assertThat(ipc.next()).contains("#subscribed");
            for (int i = 0; i < 5; i++) {
                ipc.send("{\"topic\":\"news\",\"message\":" + i + "}");
            }
            sc.next(5);
            String call = "{'jsonrpc':'2.0','method':'sum','params':[],'id':1}";
            assertThat(rpc.ask(call)).contains("'result':3");
            assertThat(rpc.ask(call)).contains("'result':3");

            HubStats stats = hub.snapshot();
            assertThat(stats.exchange().published()).isEqualTo(5);
            assertThat(stats.exchange().subscriptions()).isEqualTo(2);
            assertThat(stats.procedures())
                    .extracting(ProcedureStats::procedure, ProcedureStats::protocol, ProcedureStats::outcomes)
                    .containsExactly(tuple("sum", "rpc", Map.of(CallOutcome.OK, 2L)));
            assertThat(stats.listeners())
                    .extracting(each -> each.protocol(), each -> each.endpoint().connections())
                    .containsExactly(tuple("socketcluster", 1L), tuple("rpc", 1L), tuple("ipc", 1L), tuple("rpc", 0L));
            EndpointStats total = stats.total();
            assertThat(total.connections()).isEqualTo(3);
            await().untilAsserted(() -> assertThat(hub.snapshot().total()).isEqualTo(hub.stats()));

            assertThat(of("rpc").traffic().framesReceived()).isEqualTo(2);
            assertThat(of("rpc").traffic().framesSent()).isEqualTo(2);
            assertThat(of("socketcluster").traffic().framesSent()).isGreaterThanOrEqualTo(7);
            assertThat(of("socketcluster").channels()).isEqualTo(1);
            assertThat(of("ipc").traffic().framesReceived()).isEqualTo(6);
            assertThat(of("ipc").traffic().framesSent()).isEqualTo(1);
            assertThat(of("ipc").traffic().bytesReceived())
                    .isEqualTo("{\"topic\":\"#subscribe\",\"message\":\"news\"}".length()
                            + 2
                            + 5 * ("{\"topic\":\"news\",\"message\":0}".length() + 2));
            assertThat(of("ipc").channels()).isEqualTo(1);
        }
    }

    @Test
    void clientsThatCloseEndAsClient() throws Exception {
        try (RawIpcClient ipc = new RawIpcClient(folder.resolve("s"))) {
            await().until(() -> hub.connectionStats().size() == 1);
            ipc.end();
            assertThat(awaitEnd())
                    .returns(EndCause.CLIENT, ConnectionEnd::cause)
                    .returns("closed by the client", ConnectionEnd::reason)
                    .returns("ipc", end -> end.connection().protocol());
        }
    }

    @Test
    void disconnectedClientsEndAsServer() {
        try (WirePeer sc = WirePeer.join(url(0))) {
            hub.disconnect(new Command.Target.Connection(of("socketcluster").id()), "maintenance");
            assertThat(sc.endCode()).isEqualTo(1008);
            assertThat(awaitEnd())
                    .returns(EndCause.SERVER, ConnectionEnd::cause)
                    .returns("1008 maintenance", ConnectionEnd::reason);
            assertThat(hub.snapshot().listeners().getFirst().ended()).isEqualTo(Map.of(EndCause.SERVER, 1L));
        }
    }

    @Test
    void lostClientsEndAsNetwork() {
        try (WirePeer sc = WirePeer.join(url(0))) {
            await().until(() -> hub.connectionStats().size() == 1);
            sc.close();
            assertThat(awaitEnd().cause()).isEqualTo(EndCause.NETWORK);
        }
    }

    @Test
    void clientsThatAreNotAdmittedEndAsDenied() {
        try (WirePeer rpc = WirePeer.connect(url(3))) {
            rpc.endCode();
            assertThat(awaitEnd().cause()).isEqualTo(EndCause.DENIED);
        }
    }

    @Test
    void clientsBeyondALimitEndWithIt() {
        try (WirePeer sc = WirePeer.join(url(0))) {
            sc.send("{'event':'x','data':'" + "x".repeat(2 << 20) + "'}");
            sc.endCode();
            assertThat(awaitEnd().cause()).isEqualTo(EndCause.LIMIT);
        }
        assertThat(List.of(EndCause.LIMIT, EndCause.SLOW_CONSUMER))
                .extracting(EndCause::key)
                .containsExactly("limit", "slow-consumer");
    }
}
