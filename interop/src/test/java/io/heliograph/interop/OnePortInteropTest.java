package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.http.HttpResponse;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcServer;
import io.heliograph.web.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Web pages, SocketCluster and RPC on one port, with the npm clients of both protocols. */
class OnePortInteropTest {

    private final List<AutoCloseable> open = new ArrayList<>();

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

    @Test
    void protocolsShareOnePortByPath() throws Exception {
        WebServer web = opened(WebServer.builder().host("127.0.0.1").port(0).build());
        RealtimeServer realtime = opened(RealtimeServer.builder().on(web).build());
        realtime.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> List.of("rt", data)));
        RpcServer rpc = opened(RpcServer.builder().on(web, "/rpc/*").build());
        rpc.namespace("/rpc/chat").method("echo").handle(params -> List.of("rpc", params.value()));
        web.serve("/page", request -> HttpResponse.text(200, "page"));
        value(realtime.listen());
        value(rpc.listen());
        value(web.listen());

        PeerProcess cluster =
                opened(PeerProcess.script("realtime-client.js", "hostname", "127.0.0.1", "port", web.port()));
        cluster.command("connect");
        cluster.await("connect");
        PeerProcess caller =
                opened(PeerProcess.script("rpc-client.js", "url", "ws://127.0.0.1:" + web.port() + "/rpc/chat"));
        caller.next("open");

        cluster.command("invoke", "name", "echo", "data", 1, "tag", "t");
        assertThat(cluster.await("answer").get("data")).isEqualTo(List.of("rt", 1));
        caller.command("call", "method", "echo", "params", List.of(2));
        assertThat(caller.await("result").get("value")).isEqualTo(List.of("rpc", List.of(2)));
        assertThat(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + "/page"))
                                        .build(),
                                BodyHandlers.ofString())
                        .body())
                .isEqualTo("page");

        rpc.close();
        assertThat(caller.await("close").get("code")).isEqualTo(1001);
        cluster.command("invoke", "name", "echo", "data", 3, "tag", "t");
        assertThat(cluster.await("answer").get("data")).isEqualTo(List.of("rt", 3));
    }
}
