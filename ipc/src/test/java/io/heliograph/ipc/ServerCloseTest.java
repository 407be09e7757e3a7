package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Closing of servers and of their connections, over an in-memory transport with a manual clock. */
class ServerCloseTest {

    private final Memory memory = new Memory();

    @Test
    @Checklist("IPC 31")
    void closeFlushesAndEmitsOneCloseEvent() {
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer one = memory.connect();
        RawPeer two = memory.connect();
        one.link().reading(false);
        String text = "x".repeat(1000);
        server.endpoint.broadcast("last", text);
        server.endpoint.close();
        server.endpoint.close();
        memory.run();
        assertThat(two.frames()).hasSize(1);
        assertThat(two.inputEnded).isTrue();
        assertThat(one.inputEnded).isFalse();
        assertThat(server.of("close")).isEmpty();

        one.link().reading(true);
        memory.run();
        assertThat(one.frames()).containsExactly("{\"topic\":\"last\",\"message\":\"" + text + "\"}");
        assertThat(one.inputEnded).isTrue();
        assertThat(server.of("close")).isEmpty();
        assertThat(server.endpoint.closed()).isNotDone();

        one.end();
        two.end();
        assertThat(server.events)
                .containsExactly(
                        "listening", "connection", "connection", "disconnect Local", "disconnect Local", "close");
        assertThat(server.endpoint.closed()).isCompleted();
        server.endpoint.close();
        memory.run();
        assertThat(server.of("close")).hasSize(1);
    }

    @Test
    @Checklist("IPC 31")
    void unresponsiveClientIsAbortedAfterLinger() {
        Recorded<IpcServer> server = memory.listening(memory.server().linger(Duration.ofSeconds(2)));
        RawPeer peer = memory.connect();
        server.endpoint.close();
        memory.advance(1999);
        assertThat(peer.inputEnded).isTrue();
        assertThat(server.of("close")).isEmpty();
        memory.advance(1);
        assertThat(server.of("close")).containsExactly("close");
    }

    @Test
    void closeGracefullyUsesItsOwnTimeout() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        memory.connect();
        server.endpoint.close();
        CompletableFuture<Void> closed = server.endpoint.closeGracefully(Duration.ofMillis(10));
        memory.advance(9);
        assertThat(closed).isNotDone();
        memory.advance(1);
        assertThat(closed).isCompleted();
    }

    @Test
    void noConnectionIsAcceptedAfterClose() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer held = memory.connect();
        server.endpoint.close();
        memory.run();
        assertThatThrownBy(memory::connect).isInstanceOf(AssertionError.class);
        held.end();
        assertThat(server.of("connection")).hasSize(1);
    }

    @Test
    @Checklist("IPC 32")
    void sendAfterCloseIsSendAfterCloseError() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        server.endpoint.close();
        assertThat(server.endpoint.send("a", 1, "unknown")).isFalse();
        assertThat(server.endpoint.send("a", 1, server.clients.getFirst().id())).isFalse();
        assertThat(server.clients.getFirst().send("a", 1)).isFalse();
        assertThat(server.endpoint.broadcast("b", 2)).isZero();
        memory.run();
        assertThat(peer.received()).isEmpty();
        assertThat(server.errors).hasSize(4).allSatisfy(e -> assertThat(e).isInstanceOf(SendAfterCloseException.class));
        assertThat(server.errors.get(0)).hasMessage("Can not '.send()' after '.close()'");
        assertThat(server.errors.get(3)).hasMessage("Can not '.broadcast()' after '.close()'");
        assertThat(((SendException) server.errors.get(3)).sentTopic()).isEqualTo("b");
        assertThat(((SendException) server.errors.get(3)).sentMessage()).isEqualTo(2);
    }

    @Test
    @Checklist("IPC 32")
    void sendAfterClosedIsReported() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        server.endpoint.close();
        memory.run();
        assertThat(server.endpoint.closed()).isCompleted();
        server.endpoint.send("a", 1, "unknown");
        server.until("error SendAfterCloseError", 1);
    }

    @Test
    void closeBeforeListenIsFinal() {
        Recorded<IpcServer> server = Recorded.server(memory.server().build());
        server.endpoint.close();
        server.endpoint.close();
        server.until("close", 1);
        assertThat(server.events).containsExactly("close");
        CompletableFuture<Void> listening = server.endpoint.listen();
        server.until("error ClosedError", 1);
        assertThatThrownBy(listening::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ClosedException.class);
        memory.run();
        assertThatThrownBy(memory::connect).isInstanceOf(AssertionError.class);
    }

    @Test
    void closeDuringListenSuppressesListeningEvent() {
        Recorded<IpcServer> server = Recorded.server(memory.server().build());
        CompletableFuture<Void> listening = server.endpoint.listen();
        server.endpoint.close();
        memory.run();
        assertThat(server.events).containsExactly("close");
        assertThat(listening).isCompletedExceptionally();
    }

    @Test
    @Checklist("IPC 33")
    void clientLostDuringWriteDoesNotAffectOthers() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer one = memory.connect();
        RawPeer two = memory.connect();
        one.link().close(new CloseReason.Local());
        server.endpoint.broadcast("a", "x".repeat(500_000));
        memory.run();
        server.endpoint.broadcast("b", 1);
        memory.run();
        assertThat(two.frames()).hasSize(2);
        assertThat(server.of("disconnect")).hasSize(1);
        assertThat(server.of("error").size()).isLessThanOrEqualTo(1);
        assertThat(server.endpoint.connections()).containsExactly(server.clients.get(1));
    }

    @Test
    @Checklist("IPC 34")
    void silentConnectionStaysOpen() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer silent = memory.connect();
        memory.connect().end();
        memory.advance(3_600_000);
        silent.end();
        assertThat(server.events)
                .containsExactly("listening", "connection", "connection", "disconnect Remote", "disconnect Remote");
    }

    @Test
    @Checklist("IPC 52")
    void serverEndsOutputAfterClientEndsOutput() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        server.endpoint.broadcast("a", 1);
        peer.end();
        assertThat(peer.frames()).hasSize(1);
        assertThat(peer.inputEnded).isTrue();
        assertThat(peer.isClosed()).isTrue();
        assertThat(server.of("disconnect")).containsExactly("disconnect Remote");
    }

    @Test
    @Checklist("IPC 52")
    void messagesBeforeEndOfInputAreAnswered() {
        List<Runnable> tasks = new ArrayList<>();
        IpcServer server = memory.server().dispatch(Dispatch.on(tasks::add)).build();
        server.topic("ask").on((payload, client) -> client.send("answer", 42));
        server.listen();
        memory.run();
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"ask\"}|").end();
        assertThat(peer.inputEnded).isFalse();
        tasks.removeFirst().run();
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"answer\",\"message\":42}");
        assertThat(peer.inputEnded).isTrue();
    }

    @Test
    @Checklist("IPC 52")
    void slowListenerDelaysEndOfOutputByLingerAtMost() {
        List<Runnable> tasks = new ArrayList<>();
        IpcServer server = memory.server().dispatch(Dispatch.on(tasks::add)).build();
        server.listen();
        memory.run();
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"ask\"}|").end();
        memory.advance(4999);
        assertThat(peer.inputEnded).isFalse();
        memory.advance(1);
        assertThat(peer.inputEnded).isTrue();
    }

    @Test
    void laterDisconnectDoesNotExtendLinger() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        server.clients.getFirst().disconnect();
        memory.advance(3000);
        server.clients.getFirst().disconnect();
        memory.advance(1999);
        assertThat(server.of("disconnect")).isEmpty();
        memory.advance(1);
        assertThat(server.of("disconnect")).hasSize(1);
        assertThat(peer.inputEnded).isTrue();
    }

    @Test
    void closedConnectionLeavesNoTimer() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        server.clients.getFirst().disconnect();
        memory.run();
        assertThat(memory.loop.timers()).isEqualTo(1);
        peer.end();
        assertThat(server.of("disconnect")).hasSize(1);
        assertThat(memory.loop.timers()).isZero();
    }
}
