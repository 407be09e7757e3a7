package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.EventStream;
import io.heliograph.codec.TypeRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Memory memory = new Memory();

    private static String numbers(int from, int to) {
        StringBuilder frames = new StringBuilder();
        for (int i = from; i < to; i++) {
            frames.append("{\"topic\":\"n\",\"message\":").append(i).append("}|");
        }
        return frames.toString();
    }

    @Test
    void serverStreamYieldsMessageAndSender() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        try (EventStream<ClientMessage<Integer>> numbers = server.endpoint.topic("n", Integer.class).stream();
                EventStream<ClientMessage<List<Integer>>> lists =
                        server.endpoint.topic("l", new TypeRef<List<Integer>>() {}).stream();
                EventStream<ClientMessage<IpcMessage>> all = server.endpoint.stream()) {
            memory.connect().send("{\"topic\":\"n\",\"message\":1}|{\"topic\":\"l\",\"message\":[2]}|");
            IpcConnection client = server.clients.getFirst();
            assertThat(numbers.next(SOON)).isEqualTo(new ClientMessage<>(1, client));
            assertThat(lists.next(SOON)).isEqualTo(new ClientMessage<>(List.of(2), client));
            assertThat(all.next(SOON).message().topic()).isEqualTo("n");
            assertThat(all.next(SOON).message().topic()).isEqualTo("l");
        }
    }

    @Test
    void clientStreamSpansConnectionsAndEndsAtClose() {
        RawServer raw = memory.listen();
        IpcClient client = memory.client().build();
        List<Throwable> errors = new ArrayList<>();
        client.onError(errors::add);
        EventStream<Integer> numbers = client.topic("n", Integer.class).stream();
        EventStream<Integer> typed = client.topic("n", new TypeRef<Integer>() {}).stream();
        EventStream<IpcMessage> all = client.stream();
        client.connect();
        memory.run();
        raw.last().send("{\"topic\":\"n\",\"message\":1}|{\"topic\":\"n\",\"message\":\"x\"}|");
        raw.last().end();
        memory.advance(100);
        raw.last().send("{\"topic\":\"n\",\"message\":2}|{\"topic\":\"n\",\"message\":null}|");
        client.topic("n").off();
        client.close();
        memory.run();
        raw.last().end();
        List<Integer> read = new ArrayList<>();
        for (Integer number : numbers) {
            read.add(number);
        }
        assertThat(read).containsExactly(1, 2, null);
        assertThat(typed.next(SOON)).isEqualTo(1);
        assertThat(all).hasSize(4);
        assertThat(errors).hasSize(2).allMatch(e -> e instanceof DecodeException);
        typed.close();
    }

    @Test
    void streamOpenedAfterCloseIsEmpty() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        server.endpoint.close();
        memory.run();
        EventStream<ClientMessage<IpcMessage>> late = server.endpoint.stream();
        assertThat(late).isEmpty();
        assertThatThrownBy(() -> late.next(SOON)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void closedStreamEndsAndExertsNoBackpressure() {
        Recorded<IpcServer> server = memory.listening(memory.server().maxPendingMessages(4));
        EventStream<ClientMessage<Integer>> numbers = server.endpoint.topic("n", Integer.class).stream();
        RawPeer peer = memory.connect();
        peer.send(numbers(0, 4));
        numbers.close();
        peer.send(numbers(4, 100));
        assertThat(numbers).isEmpty();
        assertThat(server.of("message")).hasSize(100);
    }

    @Test
    void fullStreamPausesReadingWithoutLoss() {
        memory.transport.pipeBytes(64).chunkBytes(64);
        Recorded<IpcServer> server = memory.listening(memory.server().maxPendingMessages(8));
        EventStream<ClientMessage<Integer>> numbers = server.endpoint.topic("n", Integer.class).stream();
        RawPeer peer = memory.connect();
        peer.send(numbers(0, 1000));
        // Held: 8 in the stream, 8 in the executor, and the rest of the last read.
        assertThat(server.endpoint.stats().messagesReceived()).isBetween(8L, 20L);
        assertThat(peer.link().queuedBytes()).isGreaterThan(20_000);
        List<Integer> read = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            read.add(numbers.next(SOON).message());
            memory.run();
        }
        assertThat(read).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        assertThat(peer.link().queuedBytes()).isZero();
        numbers.close();
    }

    @Test
    void unreadStreamDoesNotPreventClose() {
        memory.transport.pipeBytes(64).chunkBytes(64);
        Recorded<IpcServer> server =
                memory.listening(memory.server().maxPendingMessages(8).linger(Duration.ofMillis(200)));
        EventStream<ClientMessage<Integer>> numbers = server.endpoint.topic("n", Integer.class).stream();
        memory.connect().send(numbers(0, 1000));
        server.endpoint.close();
        memory.advance(199);
        assertThat(server.of("close")).isEmpty();
        memory.advance(1);
        assertThat(server.of("close")).containsExactly("close");
        // Received messages stay readable.
        List<Integer> read = new ArrayList<>();
        numbers.forEach(number -> read.add(number.message()));
        assertThat(read)
                .hasSizeBetween(8, 20)
                .isEqualTo(IntStream.range(0, read.size()).boxed().toList());
    }

    @Test
    void streamLoopAnswersInOrder() {
        try (Threads threads = new Threads();
                IpcServer server = threads.server().build();
                IpcClient client = threads.client().build()) {
            EventStream<ClientMessage<Integer>> questions = server.topic("n", Integer.class).stream();
            Thread.ofVirtual().start(() -> {
                for (ClientMessage<Integer> question : questions) {
                    question.client().send("square", question.message() * question.message());
                }
            });
            server.listen().join();
            client.connect().join();
            try (EventStream<Integer> squares = client.topic("square", Integer.class).stream()) {
                for (int i = 0; i < 500; i++) {
                    client.send("n", i);
                }
                for (int i = 0; i < 500; i++) {
                    assertThat(squares.next(SOON)).isEqualTo(i * i);
                }
            }
        }
    }

    @Test
    void streamIsAlsoPublisher() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Void> complete = new CompletableFuture<>();
        server.endpoint.topic("n", Integer.class).stream().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(ClientMessage<Integer> item) {
                first.complete(item.message());
            }

            @Override
            public void onError(Throwable failure) {
                first.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                complete.complete(null);
            }
        });
        memory.connect().send(numbers(7, 8)).end();
        assertThat(first.join()).isEqualTo(7);
        server.endpoint.close();
        memory.run();
        complete.join();
    }
}
