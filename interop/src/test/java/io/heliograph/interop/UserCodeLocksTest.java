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
import io.heliograph.testkit.LockDetector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No listener, procedure, or callback of a future runs while its thread holds a lock of the library. */
class UserCodeLocksTest {

    @TempDir
    private Path directory;

    private record Echo(String text) {}

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LockDetector detector = new LockDetector();
    private final Set<String> called = ConcurrentHashMap.newKeySet();
    private final Deque<Endpoint> endpoints = new ArrayDeque<>();

    @AfterEach
    void end() {
        closeAll();
        threads.shutdown();
    }

    private Dispatch dispatch(boolean direct) {
        return direct
                ? Dispatch.direct(Dispatch.direct().blockedAfter().multipliedBy(100), blocked -> {})
                : Dispatch.on(threads);
    }

    /** User code. */
    private void user(String name) {
        detector.check();
        called.add(name);
    }

    private <T> T value(CompletableFuture<T> future) {
        return Await.value(future.whenComplete((done, failure) -> {
            if (!Thread.currentThread().isVirtual()) {
                detector.check();
            }
        }));
    }

    private void closeAll() {
        while (!endpoints.isEmpty()) {
            Endpoint endpoint = endpoints.pop();
            endpoint.close();
            value(endpoint.closed());
        }
    }

    private void assertCalled(String... names) {
        await().atMost(Await.TIMEOUT).untilAsserted(() -> assertThat(called).contains(names));
        closeAll();
        detector.assertNone(names.length);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ipc(boolean direct) {
        Path file = directory.resolve("s");
        IpcServer server = IpcServer.builder(file).dispatch(dispatch(direct)).build();
        endpoints.push(server);
        server.onListening(() -> user("listening"));
        server.onConnection(connection -> user("connection"));
        server.onDisconnection((connection, reason) -> user("disconnection"));
        server.onClose(() -> user("server closed"));
        server.onError(error -> user("server error"));
        server.onMessage((message, connection) -> {
            user("message");
            server.broadcast("answer", "value");
            throw new IllegalStateException("expected in this test");
        });
        value(server.listen());
        IpcClient client = IpcClient.builder(file).dispatch(dispatch(direct)).build();
        endpoints.push(client);
        client.onConnect(connection -> user("connect"));
        client.onMessage(message -> user("answer"));
        client.onClose(() -> user("client closed"));
        value(client.connect());
        client.send("hello", "value");
        await().atMost(Await.TIMEOUT).until(() -> called.containsAll(Set.of("answer", "server error")));
        client.close();
        await().atMost(Await.TIMEOUT).until(() -> called.contains("disconnection"));
        assertCalled("listening", "connection", "message", "server error", "connect", "answer", "client closed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sockets(boolean direct) {
        SocketServer server =
                SocketServer.builder(0).dispatch(dispatch(direct)).framed().build();
        endpoints.push(server);
        server.onListening(port -> user("listening"));
        server.onConnection(socket -> {
            user("connection");
            socket.onText(text -> {
                user("data");
                socket.send(text);
            });
        });
        server.onDisconnection((socket, reason) -> user("disconnection"));
        value(server.listen());
        SocketClient client = SocketClient.builder(server.port())
                .dispatch(dispatch(direct))
                .framed()
                .build();
        endpoints.push(client);
        client.onConnect(() -> user("connect"));
        client.onText(text -> user("answer"));
        client.onDisconnect(reason -> user("disconnect"));
        client.onClose(() -> user("closed"));
        value(client.connect());
        client.send("hello");
        await().atMost(Await.TIMEOUT).until(() -> called.contains("answer"));
        client.close();
        assertCalled("listening", "connection", "data", "disconnection", "connect", "answer", "closed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rpc(boolean direct) {
        RpcServer server =
                RpcServer.builder().port(0).dispatch(dispatch(direct)).build();
        endpoints.push(server);
        server.onListening(() -> user("listening"));
        server.onConnection(socket -> user("connection"));
        server.onDisconnection((socket, reason) -> user("disconnection"));
        server.method("echo", Echo.class).handle(echo -> {
            user("method");
            return echo.text();
        });
        server.event("news");
        value(server.listen());
        RpcClient client = RpcClient.builder(URI.create("ws://localhost:" + server.port()))
                .dispatch(dispatch(direct))
                .build();
        endpoints.push(client);
        client.onConnect(() -> user("connect"));
        client.onDisconnect(reason -> user("disconnect"));
        value(client.connect());
        value(client.events("news", String.class).subscribe(news -> user("event")));
        client.call("echo", new Echo("hello"), String.class)
                .whenComplete((answer, failure) -> user(failure == null ? "answer" : "failed: " + failure));
        await().atMost(Await.TIMEOUT).untilAsserted(() -> assertThat(called).contains("answer"));
        server.emit("news", "value");
        await().atMost(Await.TIMEOUT).until(() -> called.contains("event"));
        value(client.closeGracefully(Duration.ofSeconds(5)));
        assertCalled("listening", "connection", "disconnection", "method", "connect", "event", "answer");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void realtime(boolean direct) {
        RealtimeServer server =
                RealtimeServer.builder().port(0).dispatch(dispatch(direct)).build();
        endpoints.push(server);
        server.onConnection(socket -> {
            user("connection");
            socket.onProcedure("echo", String.class, text -> {
                user("procedure");
                return text;
            });
            socket.onReceiver("note", String.class, text -> user("receiver"));
        });
        server.onDisconnection(event -> user("disconnection"));
        value(server.listen());
        RealtimeClient client = RealtimeClient.builder(
                        URI.create("ws://localhost:" + server.port() + "/socketcluster/"))
                .dispatch(dispatch(direct))
                .build();
        endpoints.push(client);
        client.onConnect(event -> user("connect"));
        client.onDisconnect(reason -> user("disconnect"));
        value(client.connect());
        var channel = client.channel("news", String.class);
        channel.on(news -> user("publication"));
        channel.subscribe().subscribed().whenComplete((done, failure) -> user("subscribed"));
        await().atMost(Await.TIMEOUT).until(() -> called.contains("subscribed"));
        client.transmit("note", "value");
        client.invoke("echo", "hello", String.class).whenComplete((answer, failure) -> user("answer"));
        channel.publish("value").whenComplete((done, failure) -> user("published"));
        await().atMost(Await.TIMEOUT).until(() -> called.containsAll(Set.of("publication", "answer", "receiver")));
        client.disconnect();
        assertCalled("connection", "procedure", "receiver", "connect", "publication", "answer", "published");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void channels(boolean direct) {
        MessageChannel first = member(direct, "first");
        value(first.connect());
        MessageChannel second = member(direct, "second");
        value(second.connect());
        await().atMost(Await.TIMEOUT).until(() -> called.contains("first join"));
        second.send("topic", "value");
        await().atMost(Await.TIMEOUT).until(() -> called.contains("first message"));
        second.close();
        assertCalled("first connect", "second connect", "first join", "first message", "first leave", "second closed");
    }

    private MessageChannel member(boolean direct, String name) {
        MessageChannel member = MessageChannel.builder("locks")
                .directory(directory)
                .dispatch(dispatch(direct))
                .build();
        endpoints.push(member);
        member.onConnect(host -> user(name + " connect"));
        member.onJoin(joined -> user(name + " join"));
        member.onLeave((left, reason) -> user(name + " leave"));
        member.onMessage(message -> user(name + " message"));
        member.onClose(() -> user(name + " closed"));
        return member;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exchange(boolean direct) {
        try (Exchange exchange = Exchange.builder().dispatch(dispatch(direct)).build()) {
            exchange.onSubscribed(channel -> {
                if (!Thread.currentThread().isVirtual()) {
                    user("subscribed");
                }
                called.add("subscribed");
            });
            exchange.channel("news").on(String.class, news -> user("publication"));
            await().atMost(Await.TIMEOUT).until(() -> called.contains("subscribed"));
            exchange.publish("news", "value").whenComplete((position, failure) -> {
                if (!Thread.currentThread().isVirtual()) {
                    detector.check();
                }
            });
            assertCalled("publication");
        }
    }
}
