package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Concurrency: closing from several threads, many clients, many senders. */
@Timeout(30)
class CloseTest {

    enum DispatchMode {
        DIRECT,
        VIRTUAL
    }

    private static Dispatch dispatch(DispatchMode mode) {
        return mode == DispatchMode.DIRECT ? Dispatch.direct() : Dispatch.virtual();
    }

    @ParameterizedTest
    @EnumSource
    void concurrentCloseEmitsOneCloseEvent(DispatchMode mode) throws Exception {
        for (int round = 0; round < 50; round++) {
            try (Threads threads = new Threads();
                    ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
                Recorded<IpcServer> server = Recorded.server(
                        threads.server().dispatch(dispatch(mode)).build());
                Recorded<IpcClient> client = Recorded.client(threads.client()
                        .dispatch(dispatch(mode))
                        .retryDelay(Delay.fixed(Duration.ofMillis(1)))
                        .build());
                CountDownLatch start = new CountDownLatch(1);
                List<Runnable> racers = List.of(
                        () -> server.endpoint.listen(),
                        () -> client.endpoint.connect(),
                        () -> server.endpoint.close(),
                        () -> server.endpoint.close(),
                        () -> client.endpoint.close(),
                        () -> client.endpoint.closeGracefully(Duration.ofSeconds(1)),
                        () -> server.endpoint.broadcast("a", 1),
                        () -> client.endpoint.send("a", 1));
                for (Runnable racer : racers) {
                    pool.submit(() -> {
                        start.await();
                        racer.run();
                        return null;
                    });
                }
                start.countDown();
                Await.value(server.endpoint.closed());
                Await.value(client.endpoint.closed());
                assertThat(server.of("close")).containsExactly("close");
                assertThat(client.of("close")).containsExactly("close");
                assertThat(client.of("CONCURRENT")).isEmpty();
                assertThat(server.of("CONCURRENT")).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeInsideListenerCompletes(DispatchMode mode) throws Exception {
        try (Threads threads = new Threads()) {
            Recorded<IpcServer> server =
                    Recorded.server(threads.server().dispatch(dispatch(mode)).build());
            Recorded<IpcClient> client =
                    Recorded.client(threads.client().dispatch(dispatch(mode)).build());
            server.endpoint.topic("stop").on((payload, from) -> server.endpoint.close());
            client.endpoint.onDisconnect(reason -> client.endpoint.close());
            server.endpoint.listen().join();
            client.endpoint.connect().join();
            client.endpoint.send("stop");
            Await.value(server.endpoint.closed());
            Await.value(client.endpoint.closed());
            assertThat(client.events).containsExactly("connect", "disconnect", "close");
        }
    }

    @Test
    void listenerMayAwaitClosed() throws Exception {
        try (Threads threads = new Threads()) {
            IpcServer server = threads.server().build();
            IpcClient client = threads.client().dispatch(Dispatch.virtual()).build();
            CompletableFuture<Void> waited = new CompletableFuture<>();
            client.onConnect(connected -> {
                client.closeGracefully(Duration.ofSeconds(5)).join();
                waited.complete(null);
            });
            server.listen().join();
            client.connect();
            Await.value(waited);
            Await.value(server.closeGracefully(Duration.ofSeconds(5)));
        }
    }

    @Test
    void closeGracefullyFlushesAcceptedMessages() throws Exception {
        try (Threads threads = new Threads()) {
            AtomicInteger received = new AtomicInteger();
            IpcServer server = threads.server().maxQueuedBytes(1 << 28).build();
            IpcClient client = threads.client().build();
            client.topic("big", String.class).on(text -> received.addAndGet(text.length()));
            server.listen().join();
            client.connect().join();
            Awaitility.await().until(() -> !server.connections().isEmpty());
            String text = "x".repeat(100_000);
            int accepted = 0;
            for (int i = 0; i < 200; i++) {
                accepted += server.broadcast("big", text);
            }
            assertThat(accepted).isEqualTo(200);
            Await.value(server.closeGracefully(Duration.ofSeconds(10)));
            client.close();
            Await.value(client.closed());
            assertThat(received).hasValue(200 * 100_000);
        }
    }

    @Test
    void fiftyClientsExchangeMessagesConcurrently() throws Exception {
        try (Threads threads = new Threads();
                IpcServer server = threads.server().build()) {
            server.topic("echo", Integer.class).on((number, client) -> client.send("echo", number));
            server.listen().join();
            List<IpcClient> clients = new ArrayList<>();
            CountDownLatch echoes = new CountDownLatch(50 * 100);
            CountDownLatch news = new CountDownLatch(50);
            List<List<Integer>> received = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                List<Integer> own = new ArrayList<>();
                received.add(own);
                IpcClient client = threads.client().build();
                client.topic("echo", Integer.class).on(number -> {
                    own.add(number);
                    echoes.countDown();
                });
                client.topic("news").once(payload -> news.countDown());
                clients.add(client);
            }
            CompletableFuture.allOf(clients.stream().map(IpcClient::connect).toArray(CompletableFuture<?>[]::new))
                    .join();
            for (int n = 0; n < 100; n++) {
                int number = n;
                clients.forEach(client -> client.send("echo", number));
            }
            assertThat(echoes.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(received)
                    .allSatisfy(own -> assertThat(own)
                            .isEqualTo(IntStream.range(0, 100).boxed().toList()));
            assertThat(server.broadcast("news")).isEqualTo(50);
            assertThat(news.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(server.stats().connections()).isEqualTo(50);
            clients.forEach(IpcClient::close);
        }
    }

    @Test
    @Checklist("IPC 6")
    void messagesOfOneThreadKeepOrderUnderConcurrency() throws Exception {
        try (Threads threads = new Threads();
                IpcServer server = threads.server().build();
                IpcClient client = threads.client().build();
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<List<Integer>> received = IntStream.range(0, 4)
                    .<List<Integer>>mapToObj(i -> new ArrayList<>())
                    .toList();
            CountDownLatch done = new CountDownLatch(4 * 2000);
            for (int i = 0; i < 4; i++) {
                List<Integer> own = received.get(i);
                server.topic("t" + i, Integer.class).on((number, from) -> {
                    own.add(number);
                    done.countDown();
                });
            }
            server.listen().join();
            client.connect().join();
            for (int i = 0; i < 4; i++) {
                String topic = "t" + i;
                pool.execute(() -> IntStream.range(0, 2000).forEach(n -> client.send(topic, n)));
            }
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(received)
                    .allSatisfy(own -> assertThat(own)
                            .isEqualTo(IntStream.range(0, 2000).boxed().toList()));
        }
    }
}
