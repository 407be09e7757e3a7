package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Endpoint;
import io.heliograph.channel.MessageChannel;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import io.heliograph.socket.Socket;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.Await;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Default limits of a sender and a receiver: whatever length a sender accepts, the receiver accepts, so that no message of ours
 * closes a connection of ours.
 */
class MessageLimitsTest {

    private static final List<Integer> LENGTHS =
            List.of(1 << 10, (1 << 20) - 256, 1 << 20, 3 << 20, 15 << 20, (16 << 20) - 256, 16 << 20, 17 << 20);

    /** Way of sending a string; the length of each received string is added to {@code received}. */
    interface Sender {

        /** Sends a string; false if it was rejected, and the connection is as it was. */
        boolean send(String data) throws Exception;
    }

    /** A direction of a protocol, between two ends with default options. */
    enum Direction {
        IPC_TO_SERVER {
            @Override
            Sender open(MessageLimitsTest test) {
                IpcServer server = test.ipcServer();
                server.topic("t", String.class).on((data, client) -> test.arrived(data));
                IpcClient client = test.ipcClient(server);
                return data -> client.send("t", data);
            }
        },
        IPC_TO_CLIENT {
            @Override
            Sender open(MessageLimitsTest test) {
                IpcServer server = test.ipcServer();
                IpcClient client = test.ipcClient(server);
                client.topic("t", String.class).on(test::arrived);
                return data -> server.broadcast("t", data) == 1;
            }
        },
        CHANNEL_TO_MEMBER {
            @Override
            Sender open(MessageLimitsTest test) {
                MessageChannel host = test.member();
                MessageChannel member = test.member();
                member.topic("t", String.class).on((data, from) -> test.arrived(data));
                return data -> host.send("t", data);
            }
        },
        CHANNEL_TO_HOST {
            @Override
            Sender open(MessageLimitsTest test) {
                MessageChannel host = test.member();
                MessageChannel member = test.member();
                host.topic("t", String.class).on((data, from) -> test.arrived(data));
                return data -> member.send("t", data);
            }
        },
        RPC_PARAMETERS {
            @Override
            Sender open(MessageLimitsTest test) {
                RpcClient client = test.rpcClientOfTake();
                return data -> succeeds(client.call("take", List.of(data)));
            }
        },
        RPC_RESULT {
            @Override
            Sender open(MessageLimitsTest test) {
                RpcServer server = test.rpcServer();
                server.method("make", int[].class).handle((length, caller) -> "x".repeat(length[0]));
                RpcClient client = test.rpcClient(server);
                return data -> succeeds(client.call("make", List.of(data.length()), String.class)
                        .thenAccept(test::arrived));
            }
        },
        RPC_NOTIFICATION {
            @Override
            Sender open(MessageLimitsTest test) {
                RpcClient client = test.rpcClientOfTake();
                return data -> succeeds(client.notify("take", List.of(data)));
            }
        },
        RPC_EVENT {
            @Override
            Sender open(MessageLimitsTest test) {
                RpcServer server = test.rpcServer();
                server.event("e");
                RpcClient client = test.rpcClient(server);
                client.events("e", String.class).on(test::arrived);
                value(client.subscribe("e"));
                return data -> server.emit("e", data) == 1;
            }
        },
        REALTIME_TRANSMIT {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeServer server = test.realtimeServer();
                server.onConnection(socket -> socket.onReceiver("t", String.class, test::arrived));
                RealtimeClient client = test.realtimeClient(server);
                return data -> client.transmit("t", data);
            }
        },
        REALTIME_INVOKE {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeServer server = test.realtimeServer();
                server.onConnection(socket -> socket.onProcedure("p", String.class, data -> {
                    test.arrived(data);
                    return null;
                }));
                RealtimeClient client = test.realtimeClient(server);
                return data -> succeeds(client.invoke("p", data));
            }
        },
        REALTIME_RESULT {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeServer server = test.realtimeServer();
                server.onConnection(socket -> socket.onProcedure("p", Integer.class, "x"::repeat));
                RealtimeClient client = test.realtimeClient(server);
                return data ->
                        succeeds(client.invoke("p", data.length(), String.class).thenAccept(test::arrived));
            }
        },
        REALTIME_PUBLISH {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeClient client = test.realtimeClient(test.realtimeServer());
                var channel = client.subscribe("c", String.class);
                value(channel.subscribed());
                channel.on(test::arrived);
                return data -> succeeds(channel.publish(data));
            }
        },
        REALTIME_SERVER_PUBLISH {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeServer server = test.realtimeServer();
                var channel = test.realtimeClient(server).subscribe("c", String.class);
                value(channel.subscribed());
                channel.on(test::arrived);
                return data -> succeeds(server.exchange().publish("c", data));
            }
        },
        REALTIME_SERVER_TRANSMIT {
            @Override
            Sender open(MessageLimitsTest test) {
                RealtimeServer server = test.realtimeServer();
                RealtimeClient client = test.realtimeClient(server);
                client.onReceiver("t", String.class, test::arrived);
                RealtimeSocket socket = server.connections().iterator().next();
                return data -> socket.transmit("t", data);
            }
        },
        SOCKET_TO_SERVER {
            @Override
            Sender open(MessageLimitsTest test) {
                SocketServer server = test.socketServer();
                server.onConnection(socket -> socket.onData(data -> test.arrived((String) data)));
                SocketClient client = test.socketClient(server);
                return client::send;
            }
        },
        SOCKET_TO_CLIENT {
            @Override
            Sender open(MessageLimitsTest test) {
                SocketServer server = test.socketServer();
                CompletableFuture<Socket> accepted = new CompletableFuture<>();
                server.onConnection(accepted::complete);
                SocketClient client = test.socketClient(server);
                client.onData(data -> test.arrived((String) data));
                return value(accepted)::send;
            }
        };

        abstract Sender open(MessageLimitsTest test);
    }

    @TempDir
    Path directory;

    private final List<Endpoint> open = new ArrayList<>();
    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private final Queue<CloseReason> disconnections = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        for (Endpoint each : open.reversed()) {
            each.close();
            value(each.closed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void receiverAcceptsWhatSenderAccepts(Direction direction) throws Exception {
        Sender sender = direction.open(this);
        for (int length : LENGTHS) {
            if (sender.send("x".repeat(length))) {
                assertArrives(length);
            } else {
                assertThat(length).as("length of a rejected message").isGreaterThan(1 << 10);
                assertThat(sender.send("x")).as("accepted after %d", length).isTrue();
                assertArrives(1);
            }
            assertThat(disconnections).as("after %d", length).isEmpty();
        }
    }

    private void assertArrives(int length) throws InterruptedException {
        assertThat(received.poll(20, TimeUnit.SECONDS))
                .as("length of the message")
                .isEqualTo(length);
    }

    private void arrived(String data) {
        received.add(data.length());
    }

    private static boolean succeeds(CompletableFuture<?> future) {
        try {
            future.orTimeout(Await.TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
            return true;
        } catch (CompletionException rejected) {
            return false;
        }
    }

    private <C extends Endpoint> C opened(C endpoint) {
        open.add(endpoint);
        return endpoint;
    }

    private IpcServer ipcServer() {
        IpcServer server = opened(IpcServer.builder(directory.resolve("s")).build());
        value(server.listen());
        return server;
    }

    private IpcClient ipcClient(IpcServer server) {
        IpcClient client = opened(IpcClient.builder(server.socketFile()).build());
        CompletableFuture<Void> accepted = new CompletableFuture<>();
        server.onConnection(connection -> accepted.complete(null));
        client.onDisconnect(disconnections::add);
        value(client.connect());
        value(accepted);
        return client;
    }

    private MessageChannel member() {
        List<MessageChannel> others =
                open.stream().map(MessageChannel.class::cast).toList();
        MessageChannel member =
                opened(MessageChannel.builder("c").directory(directory).build());
        CompletableFuture<Void> joined = new CompletableFuture<>();
        others.forEach(other -> other.onJoin(joining -> joined.complete(null)));
        member.onDisconnect(disconnections::add);
        value(member.connect());
        if (!others.isEmpty()) {
            value(joined);
        }
        return member;
    }

    private RpcServer rpcServer() {
        RpcServer server = opened(RpcServer.builder().host("127.0.0.1").port(0).build());
        value(server.listen());
        return server;
    }

    private RpcClient rpcClient(RpcServer server) {
        RpcClient client = opened(
                RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port())).build());
        value(client.connect());
        return client;
    }

    /** Returns the client of a server whose method {@code take} receives a string. */
    private RpcClient rpcClientOfTake() {
        RpcServer server = rpcServer();
        server.method("take", String[].class).handle((data, caller) -> {
            arrived(data[0]);
            return null;
        });
        return rpcClient(server);
    }

    private RealtimeServer realtimeServer() {
        RealtimeServer server =
                opened(RealtimeServer.builder().host("127.0.0.1").port(0).build());
        value(server.listen());
        return server;
    }

    private RealtimeClient realtimeClient(RealtimeServer server) {
        RealtimeClient client = opened(RealtimeClient.builder(URI.create("ws://127.0.0.1:" + server.port()))
                .build());
        client.onDisconnect(disconnections::add);
        value(client.connect());
        return client;
    }

    private SocketServer socketServer() {
        SocketServer server =
                opened(SocketServer.builder("127.0.0.1", 0).framed().build());
        value(server.listen());
        return server;
    }

    private SocketClient socketClient(SocketServer server) {
        SocketClient client =
                opened(SocketClient.builder("127.0.0.1", server.port()).framed().build());
        client.onDisconnect(disconnections::add);
        value(client.connect());
        return client;
    }
}
