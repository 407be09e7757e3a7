package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stalled peers, slow listeners, and dispatch modes. */
class BackpressureTest {

    private static final String TEXT = "x".repeat(169); // 200 bytes per message, delimiter included

    private final Memory memory = new Memory();

    private Recorded<IpcServer> stalled(Overflow policy) {
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server =
                memory.listening(memory.server().maxQueuedBytes(1000).slowConsumer(policy));
        RawPeer stalled = memory.connect();
        stalled.link().reading(false);
        memory.run();
        return server;
    }

    @Test
    void stalledClientIsClosedAtQueueLimit() {
        Recorded<IpcServer> server = stalled(Overflow.CLOSE);
        RawPeer other = memory.connect();
        int accepted = 0;
        for (int i = 0; i < 20; i++) {
            accepted += server.endpoint.broadcast("slow", TEXT);
            memory.run();
            assertThat(server.endpoint.stats().queuedBytes()).isLessThanOrEqualTo(1000);
        }
        assertThat(other.frames()).hasSize(20);
        assertThat(accepted).isEqualTo(20 + 5);
        assertThat(server.events.subList(3, server.events.size()))
                .containsExactlyInAnyOrder("error SendQueueFullError", "disconnect Failed");
        SendQueueFullException error = (SendQueueFullException) server.errors.getFirst();
        assertThat(error.limit()).isEqualTo(1000);
        assertThat(error.clientId()).contains(server.clients.getFirst().id());
        assertThat(error.sentTopic()).isEqualTo("slow");
        assertThat(error.sentMessage()).isEqualTo(TEXT);
        assertThat(server.endpoint.stats().drops())
                .containsEntry(DropReason.SLOW_CONSUMER, 1L)
                .containsEntry(DropReason.QUEUE_FULL, 1L);
    }

    @Test
    void disconnectReasonIsFullQueue() {
        Recorded<IpcServer> server = stalled(Overflow.CLOSE);
        List<CloseReason> reasons = new ArrayList<>();
        server.endpoint.onDisconnection((client, reason) -> reasons.add(reason));
        for (int i = 0; i < 20; i++) {
            server.endpoint.broadcast("slow", TEXT);
        }
        memory.run();
        assertThat(reasons)
                .singleElement()
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(QueueFullException.class));
    }

    @Test
    void refusePolicyRejectsMessages() {
        Recorded<IpcServer> server = stalled(Overflow.REFUSE);
        IpcConnection client = server.clients.getFirst();
        for (int i = 0; i < 20; i++) {
            client.send("slow", TEXT);
        }
        memory.run();
        assertThat(client.queuedBytes()).isLessThanOrEqualTo(1000);
        assertThat(server.of("disconnect")).isEmpty();
        assertThat(server.of("error")).hasSize(15).containsOnly("error SendQueueFullError");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 15L);
    }

    @Test
    void dropOldestPolicyDropsOldestMessages() {
        Recorded<IpcServer> server = stalled(Overflow.DROP_OLDEST);
        IpcConnection client = server.clients.getFirst();
        for (int i = 0; i < 20; i++) {
            assertThat(client.send("slow", TEXT)).isTrue();
        }
        memory.run();
        assertThat(client.queuedBytes()).isLessThanOrEqualTo(1000);
        assertThat(server.of("disconnect")).isEmpty();
        assertThat(server.of("error")).containsExactly("error QueueFullError");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.DROPPED_OLDEST, 15L);
    }

    @Test
    void clientRejectsMessagesToStalledServer() {
        memory.transport.pipeBytes(100);
        RawServer raw = memory.listen();
        Recorded<IpcClient> client =
                Recorded.client(memory.client().maxQueuedBytes(1000).build());
        client.endpoint.connect();
        memory.run();
        raw.last().link().reading(false);
        memory.run();
        int accepted = 0;
        for (int i = 0; i < 20; i++) {
            accepted += client.endpoint.send("slow", TEXT) ? 1 : 0;
        }
        memory.run();
        assertThat(accepted).isEqualTo(5);
        assertThat(client.of("error")).hasSize(15).containsOnly("error SendQueueFullError");
        assertThat(((SendQueueFullException) client.errors.getFirst()).clientId())
                .isEmpty();
        assertThat(client.of("disconnect")).isEmpty();
        raw.last().link().reading(true);
        memory.run();
        assertThat(raw.last().frames()).hasSize(5);
        assertThat(client.endpoint.send("slow", TEXT)).isTrue();
    }

    @Test
    void closePolicyDisconnectsFromStalledServer() {
        memory.transport.pipeBytes(100);
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = Recorded.client(memory.client()
                .maxQueuedBytes(1000)
                .slowConsumer(Overflow.CLOSE)
                .build());
        client.endpoint.connect();
        memory.run();
        raw.last().link().reading(false);
        for (int i = 0; i < 6; i++) {
            client.endpoint.send("slow", TEXT);
        }
        memory.advance(100);
        assertThat(client.events)
                .containsExactlyInAnyOrder("connect", "error SendQueueFullError", "disconnect", "connect", "reconnect")
                .endsWith("connect", "reconnect");
    }

    @Test
    void busyListenerPausesReading() {
        List<Runnable> tasks = new ArrayList<>();
        memory.transport.pipeBytes(64).chunkBytes(64);
        Recorded<IpcServer> server = Recorded.server(memory.server()
                .maxPendingMessages(10)
                .dispatch(Dispatch.on(tasks::add))
                .build());
        List<Integer> received = new ArrayList<>();
        server.endpoint.topic("n", Integer.class).on((number, client) -> received.add(number));
        server.endpoint.listen();
        memory.run();
        RawPeer peer = memory.connect();
        StringBuilder frames = new StringBuilder();
        IntStream.range(0, 1000)
                .forEach(i ->
                        frames.append("{\"topic\":\"n\",\"message\":").append(i).append("}|"));
        peer.send(frames.toString());
        assertThat(server.endpoint.stats().messagesReceived()).isBetween(10L, 14L);
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
            memory.run();
            assertThat(server.endpoint.stats().messagesReceived() - received.size())
                    .isLessThan(15);
        }
        assertThat(received).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void pendingBytesLimitPausesReading() {
        List<Runnable> tasks = new ArrayList<>();
        memory.transport.pipeBytes(64).chunkBytes(64);
        IpcServer server = memory.server()
                .maxMessageBytes(1000)
                .dispatch(Dispatch.on(tasks::add))
                .build();
        server.listen();
        memory.run();
        RawPeer peer = memory.connect();
        String frame = "{\"topic\":\"n\",\"message\":\"" + "x".repeat(900) + "\"}|";
        peer.send(frame.repeat(50));
        assertThat(server.stats().bytesReceived()).isBetween(2000L, 4000L);
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
            memory.run();
        }
        assertThat(server.stats().messagesReceived()).isEqualTo(50);
    }

    @Test
    void directDispatchNeverPausesReading() {
        Recorded<IpcServer> server = memory.listening(memory.server().maxPendingMessages(1));
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"n\"}|".repeat(5000));
        assertThat(server.of("message")).hasSize(5000);
    }

    @Test
    void directListenersRunOnEventLoop() {
        List<Boolean> inLoop = new ArrayList<>();
        IpcServer server = memory.server().build();
        server.onMessage((message, client) -> inLoop.add(memory.loop.inLoop()));
        server.listen();
        memory.run();
        memory.connect().send("{\"topic\":\"n\"}|");
        assertThat(inLoop).containsExactly(true);
    }

    @Test
    @Timeout(20)
    void listenerMayBlockOnVirtualThread() throws Exception {
        try (Threads threads = new Threads();
                IpcServer server = threads.server().build();
                IpcClient client = threads.client().build();
                IpcClient answering = threads.client().build()) {
            CountDownLatch answered = new CountDownLatch(1);
            List<Boolean> virtual = new ArrayList<>();
            server.topic("ask").on((payload, from) -> {
                virtual.add(Thread.currentThread().isVirtual());
                // Blocks for another endpoint, whose events continue.
                server.broadcast("question", 1);
                try {
                    virtual.add(answered.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                from.send("done");
            });
            answering.topic("question").on(payload -> answered.countDown());
            CountDownLatch done = new CountDownLatch(1);
            client.topic("done").on(payload -> done.countDown());
            server.listen().join();
            client.connect().join();
            answering.connect().join();
            client.send("ask");
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(virtual).containsExactly(true, true);
        }
    }

    @Test
    void rejectionsBeyondPendingErrorsAreCounted() {
        List<Runnable> tasks = new ArrayList<>();
        memory.transport.pipeBytes(100);
        Recorded<IpcServer> server = memory.listening(memory.server()
                .maxQueuedBytes(1000)
                .slowConsumer(Overflow.REFUSE)
                .dispatch(Dispatch.on(tasks::add)));
        RawPeer stalled = memory.connect();
        stalled.link().reading(false);
        runAll(tasks);
        int rejected = 0;
        for (int i = 0; i < 3000; i++) {
            rejected += 1 - server.endpoint.broadcast("slow", TEXT);
            memory.run();
        }
        runAll(tasks);
        assertThat(server.endpoint.stats().drops(DropReason.QUEUE_FULL)).isEqualTo(rejected);
        assertThat(server.errors.size()).isLessThan(rejected);
    }

    private void runAll(List<Runnable> tasks) {
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
            memory.run();
        }
    }
}
