package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Servers over an in-memory transport with a manual clock. */
class ServerTest {

    private final Memory memory = new Memory();

    @Test
    @SuppressWarnings("NullAway") // includes null
    @Checklist("IPC 23")
    void invalidSocketFileIsRejectedWithOriginalMessage() {
        assertThatThrownBy(() -> IpcServer.builder(Path.of("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid value for 'options.socketFile' (): Is empty");
        assertThatThrownBy(() -> IpcClient.builder(Path.of("")))
                .hasMessage("Invalid value for 'options.socketFile' (): Is empty");
        assertThatThrownBy(() -> IpcServer.builder(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid value for 'options.socketFile' (null): Is empty");
        assertThatThrownBy(() -> IpcServer.builder(Path.of("8080")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid value for 'options.socketFile' (8080): Looks like a port");
        assertThatThrownBy(() -> IpcClient.builder(Path.of("8080")))
                .hasMessage("Invalid value for 'options.socketFile' (8080): Looks like a port");
        assertThat(IpcServer.builder(Path.of("8080.sock")).build().socketFile()).isEqualTo(Path.of("8080.sock"));
    }

    @Test
    @Checklist("IPC 23")
    void buildPerformsNoIo() {
        memory.server().build();
        memory.run();
        assertThat(memory.transport.attempts()).isZero();
        assertThat(memory.loop.timers()).isZero();
    }

    @Test
    void invalidOptionNamesValueAndRange() {
        IpcServer.Builder options = memory.server();
        assertThatThrownBy(() -> options.maxConnections(0)).hasMessage("maxConnections: 0 (expected: > 0)");
        assertThatThrownBy(() -> options.maxMessageBytes(-1))
                .hasMessage("maxMessageBytes: -1 (expected: 1 to 1073741824)");
        assertThatThrownBy(() -> options.maxQueuedBytes(0)).hasMessage("maxQueuedBytes: 0 (expected: > 0)");
        assertThatThrownBy(() -> options.maxPendingMessages(0)).hasMessage("maxPendingMessages: 0 (expected: > 0)");
        assertThatThrownBy(() -> options.maxDepth(0)).hasMessage("maxDepth: 0 (expected: > 0)");
        assertThatThrownBy(() -> options.linger(Duration.ofMillis(-1)))
                .hasMessage("linger: PT-0.001S (expected: >= 0)");
        assertThatThrownBy(options::allowUsers).hasMessage("allowUsers: none (expected: at least one)");
        assertThatThrownBy(() -> memory.client().maxAttempts(-1))
                .hasMessage("maxAttempts: -1 (expected: >= 0, 0 for no limit)");
        assertThatThrownBy(() -> memory.client().giveUpAfter(Duration.ZERO))
                .hasMessage("giveUpAfter: PT0S (expected: > 0)");
        assertThatThrownBy(() -> memory.client().connectTimeout(Duration.ZERO))
                .hasMessage("connectTimeout: PT0S (expected: > 0)");
    }

    @Test
    @Checklist("IPC 24")
    void listeningEventPrecedesConnections() {
        Recorded<IpcServer> server = Recorded.server(memory.server().build());
        CompletableFuture<Void> listening = server.endpoint.listen();
        assertThat(listening).isNotDone();
        memory.run();
        assertThat(listening).isCompleted();
        assertThat(server.events).containsExactly("listening");
        memory.connect();
        assertThat(server.events).containsExactly("listening", "connection");
    }

    @Test
    @Checklist("IPC 24")
    void listeningEventPrecedesEarlyConnection() {
        CompletableFuture<Void> delay = new CompletableFuture<>();
        Recorded<IpcServer> server = Recorded.server(memory.server()
                .transport(withDelayedBind(memory.transport, delay), memory.loop)
                .build());
        CompletableFuture<Void> listening = server.endpoint.listen();
        memory.run();
        memory.connect();
        assertThat(server.events).containsExactly("listening", "connection");
        delay.complete(null);
        memory.run();
        assertThat(server.events).containsExactly("listening", "connection");
        assertThat(listening).isCompleted();
    }

    /** Returns a transport whose bind future completes only after {@code delay}, although it already listens. */
    private static Transport withDelayedBind(Transport transport, CompletableFuture<Void> delay) {
        return new Transport() {
            @Override
            public boolean supports(Address address) {
                return transport.supports(address);
            }

            @Override
            public boolean hasSocketFiles() {
                return transport.hasSocketFiles();
            }

            @Override
            public EventLoop nextLoop() {
                return transport.nextLoop();
            }

            @Override
            public Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
                return transport.connect(address, loop, options, handler);
            }

            @Override
            public CompletableFuture<Acceptor> listen(
                    Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
                return transport
                        .listen(address, loop, options, handler)
                        .thenCombine(delay, (acceptor, done) -> acceptor);
            }

            @Override
            public CompletableFuture<Void> close() {
                return transport.close();
            }
        };
    }

    @Test
    @Checklist("IPC 25")
    void secondListenFailsAndChangesNothing() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        CompletableFuture<Void> second = server.endpoint.listen();
        memory.run();
        assertThat(second).isCompletedExceptionally();
        assertThat(server.events).containsExactly("listening", "error IllegalStateException");
        assertThat(server.errors.getFirst()).hasMessage("Can not listen twice.");
        memory.connect().send("{\"topic\":\"a\",\"message\":1}|");
        assertThat(server.of("message")).hasSize(1);
    }

    @Test
    @Checklist("IPC 26")
    void connectionEventPrecedesMessagesAndHasFreshId() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        for (int i = 0; i < 3; i++) {
            RawPeer peer = new RawPeer(memory);
            memory.transport.connect(Memory.ADDRESS, memory.peerLoop, LinkOptions.of(Framing.none()), peer);
            while (peer.link == null) {
                memory.run();
            }
            peer.send("{\"topic\":\"a\",\"message\":1}|").end();
        }
        assertThat(server.events.subList(1, server.events.size()))
                .containsExactly(
                        "connection",
                        "message a 1",
                        "disconnect Remote",
                        "connection",
                        "message a 1",
                        "disconnect Remote",
                        "connection",
                        "message a 1",
                        "disconnect Remote");
        assertThat(server.clients)
                .extracting(IpcConnection::id)
                .doesNotHaveDuplicates()
                .allSatisfy(id -> {
                    assertThat(UUID.fromString(id).version()).isEqualTo(4);
                    assertThat(id).isEqualTo(UUID.fromString(id).toString());
                });
    }

    @Test
    @Checklist("IPC 27")
    void sendReachesOneClientBroadcastReachesAll() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer one = memory.connect();
        RawPeer two = memory.connect();
        assertThat(server.endpoint.send("only", 1, server.clients.get(1).id())).isTrue();
        assertThat(server.endpoint.broadcast("all", 2)).isEqualTo(2);
        memory.run();
        assertThat(one.frames()).containsExactly("{\"topic\":\"all\",\"message\":2}");
        assertThat(two.frames())
                .containsExactly("{\"topic\":\"only\",\"message\":1}", "{\"topic\":\"all\",\"message\":2}");
        assertThat(server.endpoint.connections()).containsExactlyInAnyOrderElementsOf(server.clients);
        assertThat(server.endpoint.connection(server.clients.get(1).id())).contains(server.clients.get(1));
        assertThat(server.endpoint.connection("unknown")).isEmpty();
    }

    @Test
    @Checklist("IPC 28")
    void sendToUnknownClientIsBadClientError() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        IpcConnection client = server.clients.getFirst();
        assertThat(server.endpoint.send("a", 1, "unknown")).isFalse();
        peer.end();
        assertThat(server.of("disconnect")).hasSize(1);
        assertThat(server.endpoint.send("", "gone", client.id())).isFalse();
        assertThat(client.send("c", null)).isFalse();
        memory.run();
        assertThat(server.errors).hasSize(3).allSatisfy(e -> assertThat(e).isInstanceOf(BadClientException.class));
        BadClientException unknown = (BadClientException) server.errors.get(0);
        BadClientException gone = (BadClientException) server.errors.get(1);
        assertThat(unknown).hasMessage("Invalid client id: unknown");
        assertThat(unknown.clientId()).isEqualTo("unknown");
        assertThat(unknown.sentTopic()).isEqualTo("a");
        assertThat(unknown.sentMessage()).isEqualTo(1);
        assertThat(unknown.errorName()).isEqualTo("BadClientError");
        assertThat(gone.clientId()).isEqualTo(client.id());
        assertThat(gone.sentTopic()).isEmpty();
        assertThat(gone.sentMessage()).isEqualTo("gone");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.UNKNOWN_RECIPIENT, 3L);
    }

    @Test
    @Checklist("IPC 29")
    void messageSentInConnectionListenerArrivesFirst() {
        IpcServer server = memory.server().build();
        server.onConnection(client -> client.send("welcome", client.id()));
        server.topic("a").on((payload, client) -> client.send("answer", 1));
        server.listen();
        memory.run();
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"a\"}|");
        assertThat(peer.frames()).hasSize(2);
        assertThat(peer.frames().getFirst()).startsWith("{\"topic\":\"welcome\"");
    }

    @Test
    @Checklist("IPC 30")
    void broadcastWithoutClientsDoesNothing() {
        Recorded<IpcServer> server = Recorded.server(memory.server().build());
        assertThat(server.endpoint.broadcast("a", 1)).isZero();
        server.endpoint.listen();
        memory.run();
        assertThat(server.endpoint.broadcast("a", new Object())).isZero();
        memory.run();
        assertThat(server.events).containsExactly("listening");
    }

    @Test
    void builderChangesDoNotAffectBuiltServer() {
        IpcServer.Builder options = memory.server().maxConnections(1);
        Recorded<IpcServer> server = Recorded.server(options.build());
        options.maxConnections(2);
        server.endpoint.listen();
        memory.run();
        memory.connect();
        assertThat(memory.connect().inputEnded).isTrue();
    }

    @Test
    void disconnectFlushesAndEndsOneConnection() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer one = memory.connect();
        RawPeer two = memory.connect();
        IpcConnection client = server.clients.getFirst();
        client.send("bye", 1);
        client.disconnect();
        client.disconnect();
        assertThat(client.send("late", 1)).isFalse();
        memory.run();
        assertThat(one.frames()).hasSize(1);
        assertThat(one.inputEnded).isTrue();
        assertThat(two.inputEnded).isFalse();
        assertThat(server.of("error")).containsExactly("error BadClientError");
        memory.advance(5000);
        assertThat(server.of("disconnect")).containsExactly("disconnect Local");
        assertThat(memory.loop.timers()).isZero();
    }

    @Test
    void connectionsBeyondMaxConnectionsAreRejected() {
        Recorded<IpcServer> server = memory.listening(memory.server().maxConnections(2));
        RawPeer one = memory.connect();
        memory.connect();
        RawPeer third = memory.connect();
        assertThat(third.inputEnded).isTrue();
        assertThat(server.errors)
                .singleElement()
                .asString()
                .contains("2 connections are open (expected: at most maxConnections)");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.TOO_MANY_CONNECTIONS, 1L);
        one.end();
        assertThat(memory.connect().inputEnded).isFalse();
        assertThat(server.of("connection")).hasSize(3);
    }

    @Test
    void statsCountConnectionsMessagesAndBytes() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer one = memory.connect();
        memory.connect();
        one.send("{\"topic\":\"a\",\"message\":1}|{\"topic\":\"a\",\"message\":2}|");
        server.endpoint.broadcast("b", 1);
        assertThat(server.endpoint.stats().queuedBytes()).isEqualTo(2 * 27);
        one.end();
        memory.run();
        assertThat(server.endpoint.stats())
                .isEqualTo(new io.heliograph.EndpointStats(1, 2, 2, 2, 2 * 25, 2 * 25, 0, java.util.Map.of()));
    }

    /** A broadcast to a client that disconnects meanwhile reports nothing. */
    @Test
    void unreportedRejectionsLeaveRoomForErrors() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        memory.connect();
        Connection connection = (Connection) server.clients.getFirst();
        connection.disconnect();
        memory.run();
        DefaultIpcServer implementation = (DefaultIpcServer) server.endpoint;
        for (int i = 0; i < 2 * ErrorNotifier.MAX_PENDING; i++) {
            assertThat(implementation.transmit(connection, Frame.utf8("x"), "t", null, false))
                    .isFalse();
            memory.run();
        }
        server.endpoint.send("t", 1, "nobody");
        memory.run();
        assertThat(server.of("error")).containsExactly("error BadClientError");
        assertThat(server.endpoint.stats().drops()).doesNotContainKey(DropReason.ERROR_UNREPORTED);
    }
}
