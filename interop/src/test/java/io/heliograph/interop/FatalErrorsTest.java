package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.channel.MessageChannel;
import io.heliograph.exchange.Exchange;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.Await;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Listeners and handlers of each protocol that end with an error of the JVM: the connection stays open, later messages are delivered,
 * and calls are answered.
 */
class FatalErrorsTest {

    /** Error that a listener throws. */
    enum Fatal {
        STACK_OVERFLOW,
        OUT_OF_MEMORY,
        LINKAGE;

        void occur() {
            switch (this) {
                case STACK_OVERFLOW -> recurse(0);
                case OUT_OF_MEMORY -> throw new OutOfMemoryError("expected in this test");
                case LINKAGE -> throw new NoClassDefFoundError("expected in this test");
            }
        }

        @SuppressWarnings("InfiniteRecursion")
        private static int recurse(int depth) {
            return recurse(depth + 1) + 1;
        }
    }

    @TempDir
    private Path directory;

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final Deque<Endpoint> endpoints = new ArrayDeque<>();

    private <E extends Endpoint> E closing(E endpoint) {
        endpoints.push(endpoint);
        return endpoint;
    }

    @AfterEach
    void close() {
        while (!endpoints.isEmpty()) {
            Endpoint endpoint = endpoints.pop();
            endpoint.close();
            Await.value(endpoint.closed());
        }
    }

    /** Listener that fails once. */
    private void receive(Fatal fatal, String message) {
        received.add(message);
        if (message.equals("first")) {
            fatal.occur();
        }
    }

    private void awaitBoth() {
        await().atMost(Await.TIMEOUT).untilAsserted(() -> assertThat(received).containsExactly("first", "second"));
    }

    @ParameterizedTest
    @EnumSource
    void ipcListener(Fatal fatal) {
        Path file = directory.resolve("s");
        IpcServer server = closing(IpcServer.builder(file).build());
        server.topic("t", String.class).on((text, connection) -> receive(fatal, text));
        Await.value(server.listen());
        IpcClient client = closing(IpcClient.builder(file).build());
        Await.value(client.connect());
        client.send("t", "first");
        client.send("t", "second");
        awaitBoth();
        assertThat(server.connections()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void socketListener(Fatal fatal) {
        SocketServer server =
                closing(SocketServer.builder("127.0.0.1", 0).framed().build());
        server.onConnection(socket -> socket.onText(text -> receive(fatal, text)));
        Await.value(server.listen());
        SocketClient client =
                closing(SocketClient.builder(server.port()).framed().build());
        Await.value(client.connect());
        client.send("first");
        client.send("second");
        awaitBoth();
        assertThat(server.connections()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void channelListener(Fatal fatal) {
        MessageChannel host =
                closing(MessageChannel.builder("fatal").directory(directory).build());
        host.topic("t", String.class).on((text, from) -> receive(fatal, text));
        Await.value(host.connect());
        MessageChannel member =
                closing(MessageChannel.builder("fatal").directory(directory).build());
        Await.value(member.connect());
        member.send("t", "first");
        member.send("t", "second");
        awaitBoth();
        assertThat(host.members()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void rpcMethodIsAnswered(Fatal fatal) {
        RpcServer server = closing(RpcServer.builder().port(0).build());
        server.method("m", String.class).handle(text -> {
            receive(fatal, text);
            return text;
        });
        Await.value(server.listen());
        RpcClient client = closing(
                RpcClient.builder(URI.create("ws://localhost:" + server.port())).build());
        Await.value(client.connect());
        assertThat(Await.failure(client.call("m", new String[] {"first"}, String.class)))
                .hasMessage("Error");
        assertThat(Await.value(client.call("m", new String[] {"second"}, String.class)))
                .isEqualTo("second");
        awaitBoth();
    }

    @ParameterizedTest
    @EnumSource
    void realtimeProcedureIsAnswered(Fatal fatal) {
        RealtimeServer server = closing(RealtimeServer.builder().port(0).build());
        server.onConnection(socket -> socket.onProcedure("p", String.class, text -> {
            receive(fatal, text);
            return text;
        }));
        Await.value(server.listen());
        RealtimeClient client =
                closing(RealtimeClient.builder(URI.create("ws://localhost:" + server.port() + "/socketcluster/"))
                        .build());
        Await.value(client.connect());
        assertThat(Await.failure(client.invoke("p", "first", String.class)))
                .hasMessage("The request could not be handled");
        assertThat(Await.value(client.invoke("p", "second", String.class))).isEqualTo("second");
        awaitBoth();
        assertThat(server.connections()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void exchangeListener(Fatal fatal) {
        for (Dispatch dispatch : List.of(Dispatch.direct(), Dispatch.virtual())) {
            received.clear();
            try (Exchange exchange = Exchange.builder().dispatch(dispatch).build()) {
                CompletableFuture<Void> subscribed = exchange.channel("news")
                        .on(String.class, text -> receive(fatal, text))
                        .subscribed();
                Await.value(subscribed);
                exchange.publish("news", "first");
                exchange.publish("news", "second");
                awaitBoth();
            }
        }
    }
}
