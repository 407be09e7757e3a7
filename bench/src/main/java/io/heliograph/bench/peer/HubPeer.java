package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.ipc.IpcServer;
import io.heliograph.server.Grant;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Protocols;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Hub of bench/hub, with SocketCluster and RPC on one port, and IPC on a Unix socket. All options have their defaults except dispatch, which is
 * direct, and the rate limits of a client, which would stop a load generator.
 *
 * <pre>
 * hub|rules AUTH_KEY SOCKET    a hub; with ten permission rules, of which the last one allows the operations of the benchmark
 * ipc       AUTH_KEY SOCKET    an IPC server without a hub, which returns each message
 * </pre>
 *
 * The process prints "ready" with its port and exits at the end of its standard input. It answers questions as {@link RealtimePeer} does.
 */
public final class HubPeer {

    private static final int RULES = 10;

    /** Parameters of a call. */
    record Sum(long a, long b) {}

    private HubPeer() {}

    public static void main(String[] args) throws IOException {
        int port = args[0].equals("ipc") ? ipc(Path.of(args[2])) : hub(args[0], args[1], Path.of(args[2]));
        System.out.println(port == 0 ? "ready" : "ready " + port);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            RealtimePeer.answer(line);
        }
        System.exit(0);
    }

    private static int ipc(Path socket) {
        IpcServer server = IpcServer.builder(socket).dispatch(Dispatch.direct()).build();
        server.onError(error -> Peer.failed(error.toString()));
        server.onMessage((message, client) -> client.send(message.topic(), message.payload()));
        server.listen().join();
        return 0;
    }

    private static int hub(String kind, String authKey, Path socket) {
        HubBuilder builder = Hub.builder()
                .dispatch(Dispatch.direct())
                .authKey(authKey)
                .listen(
                        "ws://127.0.0.1:0/socketcluster/",
                        Protocols.socketCluster()
                                .configure(server -> server.maxMessagesPerSecond(RealtimePeer.ANY, RealtimePeer.ANY)
                                        .maxBytesPerSecond(RealtimePeer.ANY, RealtimePeer.ANY)))
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc().configure(server -> server.maxRequestsPerSecond(0)))
                .listen("unix:" + socket.toAbsolutePath(), Protocols.ipc());
        if (kind.equals("rules")) {
            builder.permissions(rules());
        }
        Hub hub = builder.build();
        hub.onError(error -> Peer.failed(error.toString()));
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure("echo", String.class, (text, call) -> text);
        hub.start().join();
        return URI.create(hub.listeners().getFirst().url()).getPort();
    }

    private static Grant[] rules() {
        Grant[] rules = new Grant[RULES];
        for (int i = 0; i < RULES - 1; i++) {
            rules[i] = Grant.allow(HubAction.SUBSCRIBE, HubAction.PUBLISH, HubAction.CALL)
                    .channels("area/" + i + "/**", "user/{user}/**")
                    .procedures("area/" + i + "/**")
                    .to("role:editor", "user:ada");
        }
        rules[RULES - 1] = Grant.allow(HubAction.SUBSCRIBE, HubAction.PUBLISH, HubAction.CALL)
                .channels("bench")
                .procedures("sum", "echo")
                .to("anyone");
        return rules;
    }
}
