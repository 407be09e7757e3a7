package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Limit of the messages of all clients that are pending for listeners. */
class PendingSumLimitTest {

    private static final int CLIENTS = 200;
    private static final int MESSAGES = 50;
    private static final int READ = 1000;
    private static final int MAX = 100_000;
    private static final String MESSAGE = "{\"topic\":\"t\",\"message\":\"" + "x".repeat(470) + "\"}|";

    private final Memory memory = new Memory();
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            memory.run();
        }
    }

    @Test
    void clientsTogetherStayWithinTheSumAndReadingResumes() {
        memory.transport.pipeBytes(READ);
        Recorded<IpcServer> server = memory.listening(memory.server()
                .maxPendingBytes(MAX)
                .maxPendingMessages(1_000_000)
                .dispatch(Dispatch.on(tasks::add)));
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            peers.add(memory.connect());
        }
        runTasks();
        for (int i = 0; i < MESSAGES; i++) {
            peers.forEach(peer -> peer.send(MESSAGE));
        }
        // Each connection exceeds the limit by one read at most.
        assertThat(server.endpoint.stats().bytesReceived()).isBetween((long) MAX, MAX + (long) CLIENTS * READ);
        runTasks();
        assertThat(server.of("message")).hasSize(CLIENTS * MESSAGES);
        assertThat(server.endpoint.stats().messagesReceived()).isEqualTo(CLIENTS * MESSAGES);
    }

    @Test
    void connectionClosedWhilePausedKeepsNoOtherFromReading() {
        memory.transport.pipeBytes(READ);
        Recorded<IpcServer> server =
                memory.listening(memory.server().maxPendingBytes(1000).dispatch(Dispatch.on(tasks::add)));
        RawPeer first = memory.connect();
        RawPeer second = memory.connect();
        runTasks();
        first.send(MESSAGE).send(MESSAGE);
        second.send(MESSAGE).send(MESSAGE);
        server.clients.getFirst().disconnect();
        memory.advance(5000);
        runTasks();
        second.send(MESSAGE);
        runTasks();
        assertThat(server.of("message").size()).isGreaterThanOrEqualTo(4);
        assertThat(server.of("disconnect")).hasSize(1);
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> IpcServer.builder(Path.of("s")).maxPendingBytes(0))
                .hasMessage("maxPendingBytes: 0 (expected: > 0)");
    }
}
