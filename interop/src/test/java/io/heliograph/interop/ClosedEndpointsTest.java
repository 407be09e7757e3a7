package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.channel.MessageChannel;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.Await;
import io.heliograph.web.WebServer;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of server and client closes in time although a listener never returns, and is not reachable afterwards. */
class ClosedEndpointsTest {

    @TempDir
    private Path directory;

    private final CountDownLatch never = new CountDownLatch(1);

    // Keeps the shared transport open, so that its event loops outlive the closed endpoints.
    private final WebServer other = WebServer.builder().port(0).build();

    @BeforeEach
    void keepTransport() {
        Await.value(other.listen());
    }

    @AfterEach
    void end() {
        never.countDown();
        other.close();
        Await.value(other.closed());
    }

    /** A server and a client that are connected to each other, and have exchanged a message. */
    record Pair(List<? extends Endpoint> endpoints) {}

    record Work(String text) {}

    /** Kinds of endpoints, with the user code that their listeners run. */
    enum Kind {
        IPC {
            @Override
            Pair open(Path directory, Dispatch dispatch, Runnable user) {
                Path file = directory.resolve("s");
                IpcServer server = IpcServer.builder(file).dispatch(dispatch).build();
                server.onMessage((message, connection) -> user.run());
                Await.value(server.listen());
                IpcClient client = IpcClient.builder(file).dispatch(dispatch).build();
                Await.value(client.connect());
                client.onMessage(message -> user.run());
                server.broadcast("topic", "value");
                client.send("topic", "value");
                return new Pair(List.of(client, server));
            }
        },
        SOCKET {
            @Override
            Pair open(Path directory, Dispatch dispatch, Runnable user) {
                SocketServer server =
                        SocketServer.builder(0).dispatch(dispatch).framed().build();
                server.onConnection(socket -> {
                    socket.send("value");
                    socket.onText(text -> user.run());
                });
                Await.value(server.listen());
                SocketClient client = SocketClient.builder(server.port())
                        .dispatch(dispatch)
                        .framed()
                        .build();
                client.onText(text -> user.run());
                Await.value(client.connect());
                client.send("value");
                return new Pair(List.of(client, server));
            }
        },
        RPC {
            @Override
            Pair open(Path directory, Dispatch dispatch, Runnable user) {
                RpcServer server =
                        RpcServer.builder().port(0).dispatch(dispatch).build();
                server.event("news");
                server.method("work", Work.class).handle(work -> {
                    user.run();
                    return work.text();
                });
                Await.value(server.listen());
                RpcClient client = RpcClient.builder(URI.create("ws://localhost:" + server.port()))
                        .dispatch(dispatch)
                        .build();
                Await.value(client.connect());
                Await.value(client.events("news", String.class).subscribe(news -> user.run()));
                client.call("work", new Work("value"), String.class);
                server.emit("news", "value");
                return new Pair(List.of(client, server));
            }
        },
        REALTIME {
            @Override
            Pair open(Path directory, Dispatch dispatch, Runnable user) {
                RealtimeServer server =
                        RealtimeServer.builder().port(0).dispatch(dispatch).build();
                server.onConnection(socket -> socket.onReceiver("note", String.class, text -> user.run()));
                Await.value(server.listen());
                RealtimeClient client = RealtimeClient.builder(
                                URI.create("ws://localhost:" + server.port() + "/socketcluster/"))
                        .dispatch(dispatch)
                        .build();
                Await.value(client.connect());
                var channel = client.channel("news", String.class);
                channel.on(news -> user.run());
                Await.value(channel.subscribe().subscribed());
                channel.publish("value");
                client.transmit("note", "value");
                return new Pair(List.of(client, server));
            }
        },
        CHANNEL {
            @Override
            Pair open(Path directory, Dispatch dispatch, Runnable user) {
                List<MessageChannel> members = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    MessageChannel member = MessageChannel.builder("closed")
                            .directory(directory)
                            .dispatch(dispatch)
                            .build();
                    Await.value(member.connect());
                    member.onMessage(message -> user.run());
                    members.add(member);
                }
                members.forEach(member -> member.send("topic", "value"));
                return new Pair(members.reversed());
            }
        };

        abstract Pair open(Path directory, Dispatch dispatch, Runnable user);
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void listenerThatNeverReturnsDoesNotDelayTheClose(Kind kind) {
        CountDownLatch entered = new CountDownLatch(1);
        Pair pair = kind.open(directory, Dispatch.virtual(), () -> {
            entered.countDown();
            block();
        });
        Await.until(entered);
        for (Endpoint endpoint : pair.endpoints()) {
            long start = System.nanoTime();
            Await.value(endpoint.closeGracefully(Duration.ofMillis(500)));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private void block() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void closedEndpointIsNotReachable(Kind kind) {
        List<WeakReference<Endpoint>> references = closed(() -> kind.open(directory, Dispatch.virtual(), () -> {}));
        await().atMost(Await.TIMEOUT).untilAsserted(() -> {
            System.gc();
            assertThat(references).allMatch(reference -> reference.refersTo(null));
        });
    }

    /** Opens and closes endpoints, in a method of its own, so that no local variable keeps them reachable. */
    private static List<WeakReference<Endpoint>> closed(Supplier<Pair> opening) {
        Pair pair = opening.get();
        List<WeakReference<Endpoint>> references = new ArrayList<>();
        for (Endpoint endpoint : pair.endpoints()) {
            Await.value(endpoint.closeGracefully(Duration.ofSeconds(30)));
            references.add(new WeakReference<>(endpoint));
        }
        return references;
    }
}
