package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls from clients of each protocol with calls, at one hub; expectations are written out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HubCallMatrixTest {

    private final List<HubEnd> ends = new ArrayList<>();
    private Hub hub;

    record Sum(int a, int b) {}

    @BeforeAll
    void start(@TempDir Path directory) {
        hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc().configure(rpc -> rpc.maxQueuedBytes(16 << 20)))
                .listen("unix:" + directory.resolve("rpc.sock"), Protocols.rpc())
                .listen(
                        "ws://127.0.0.1:0/binary/",
                        Protocols.socketCluster().configure(server -> server.codec(RealtimeCodec.minBin())))
                .listen("channel:m", Protocols.messageChannel().configure(member -> member.directory(directory)))
                .listen("unix:" + directory.resolve("ipc.sock"), Protocols.ipc())
                .authority((who, action, name) -> name.startsWith("secret") && action != HubAction.CONNECT
                        ? Permission.deny("not for you")
                        : Permission.allow())
                .callTimeout(Duration.ofSeconds(1))
                .daemon(true)
                .build();
        hub.onError(failure -> {});
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure("echo", Object.class, (given, call) -> given);
        hub.procedure("pay", Object.class, (given, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(-1)
                    .data(Map.of("missing", 3));
        });
        hub.procedure("boom", Object.class, (given, call) -> {
            throw new IllegalStateException("boom");
        });
        hub.procedure("never", Object.class, (given, call) -> new CompletableFuture<>());
        hub.procedure("secret", Object.class, (given, call) -> "treasure");
        value(hub.start());
        String realtime = hub.listeners().get(0).url();
        String rpc = hub.listeners().get(1).url();
        ends.add(new HubEnds.Java(hub));
        ends.add(new HubEnds.Rpc(rpc, RpcCodec.JSON));
        ends.add(new HubEnds.Rpc(rpc, RpcCodec.MSGPACK));
        ends.add(new HubEnds.Rpc(hub.listeners().get(2).url(), RpcCodec.JSON));
        ends.add(new HubEnds.SocketCluster(realtime, false));
        ends.add(new HubEnds.SocketCluster(hub.listeners().get(3).url(), true));
        ends.add(new HubEnds.NpmSocketCluster(realtime, false));
        ends.add(new HubEnds.NpmSocketCluster(hub.listeners().get(3).url(), true));
        ends.add(new MemberEnd(directory));
        ends.add(new IpcEnds.Ipc(directory.resolve("ipc.sock")));
        ends.add(new IpcEnds.NpmIpc(directory.resolve("ipc.sock")));
    }

    @AfterAll
    void close() {
        ends.forEach(HubEnd::close);
        hub.close();
        value(hub.closed());
    }

    Stream<HubEnd> ends() {
        return ends.stream();
    }

    @ParameterizedTest
    @MethodSource("ends")
    void callsHaveTheResultsOfTheirProtocol(HubEnd end) {
        assertThat(end.call("sum", "{\"a\":2,\"b\":3}")).isEqualTo("5");
        assertThat(end.call("sum", "[2,3]")).isEqualTo("5");
        assertThat(end.call("echo", "{\"text\":\"ä😀\"}")).isEqualTo("{\"text\":\"ä😀\"}");
        assertThat(end.call("nosuch", "[]")).isEqualTo(error(end, -32601, "ProcedureNotFoundError"));
        assertThat(end.call("sum", "[\"x\"]")).isEqualTo(error(end, -32602, "InvalidArgumentsError"));
        assertThat(end.call("boom", "[]")).isEqualTo(error(end, -32000, "Error"));
        assertThat(end.call("never", "[]")).isEqualTo(error(end, -32001, "TimeoutError"));
        if (!(end instanceof HubEnds.Java)) {
            assertThat(end.call("secret", "[]")).isEqualTo(error(end, -32605, "NotAllowedError"));
        }
        assertThat(end.call("pay", "[]"))
                .isEqualTo(
                        end instanceof HubEnds.Rpc ? "error -1 {missing=3}" : error(end, -1, "InsufficientFundsError"));
    }

    private static String error(HubEnd end, int code, String name) {
        return switch (end) {
            case HubEnds.Rpc rpc -> "error " + code + " {name=" + name + "}";
            case HubEnds.SocketCluster realtime -> "error " + name;
            case HubEnds.NpmSocketCluster realtime -> "error " + name;
            default -> "error " + code + " " + name;
        };
    }
}
