package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners: selection, order, and failures. */
class EventsTest {

    private final Memory memory = new Memory();
    private final Recorded<IpcServer> server = memory.listening(memory.server());
    private final List<Object> seen = new ArrayList<>();

    record Greeting(String name) {}

    @Test
    void globalListenersPrecedeTopicListeners() {
        server.endpoint.topic("a").on((payload, client) -> seen.add("first of a"));
        server.endpoint.onMessage((message, client) -> seen.add("all"));
        server.endpoint.topic("a", Integer.class).on((number, client) -> seen.add("second of a"));
        server.endpoint.topic("b").on((payload, client) -> seen.add("b"));
        memory.connect().send("{\"topic\":\"a\",\"message\":1}|{\"topic\":\"b\",\"message\":1}|");
        assertThat(seen).containsExactly("all", "first of a", "second of a", "all", "b");
    }

    @Test
    void typedListenerReceivesDecodedValue() {
        server.endpoint
                .topic("hello", Greeting.class)
                .on((greeting, client) -> client.send("hello", "Hello, " + greeting.name() + "!"));
        server.endpoint
                .topic("many", new TypeRef<Map<String, List<Greeting>>>() {})
                .on((map, client) -> seen.add(map));
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"hello\",\"message\":{\"name\":\"Ada\"}}|");
        peer.send("{\"topic\":\"many\",\"message\":{\"x\":[{\"name\":\"Ada\"}]}}|");
        assertThat(peer.frames()).containsExactly("{\"topic\":\"hello\",\"message\":\"Hello, Ada!\"}");
        assertThat(seen).containsExactly(Map.of("x", List.of(new Greeting("Ada"))));
    }

    @Test
    void undecodableMessageFailsOnlyItsTypedListener() {
        server.endpoint.topic("n", Greeting.class).on((greeting, client) -> seen.add(greeting));
        server.endpoint.topic("n", Integer.class).on((number, client) -> seen.add(number));
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"n\",\"message\":7}|{\"topic\":\"n\",\"message\":8}|");
        assertThat(seen).containsExactly(7, 8);
        assertThat(peer.inputEnded).isFalse();
        assertThat(server.of("error")).containsExactly("error DecodeError", "error DecodeError");
        DecodeException error = (DecodeException) server.errors.getFirst();
        assertThat(error).hasMessageContaining("'n'").hasMessageContaining(Greeting.class.getTypeName());
        assertThat(error.rawData()).isEqualTo("7");
        assertThat(error.clientId()).contains(server.clients.getFirst().id());
    }

    @Test
    void onceListenerRunsOnceClosedSubscriptionNever() {
        Subscription always = server.endpoint.topic("a").on((payload, client) -> seen.add("on"));
        server.endpoint.topic("a").once((payload, client) -> seen.add("once"));
        server.endpoint.topic("a", String.class).once((text, client) -> seen.add("once " + text));
        server.endpoint.topic("a", new TypeRef<List<Integer>>() {}).once((list, client) -> seen.add(list));
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"a\",\"message\":\"x\"}|{\"topic\":\"a\",\"message\":[1]}|");
        assertThat(seen).containsExactly("on", "once", "once x", "on");
        always.close();
        always.close();
        peer.send("{\"topic\":\"a\"}|");
        assertThat(seen).hasSize(4);
    }

    @Test
    void offRemovesListenersOfTopic() {
        server.endpoint.topic("a").on((payload, client) -> seen.add("a"));
        server.endpoint.topic("b").on((payload, client) -> seen.add("b"));
        server.endpoint.topic("a").off();
        server.endpoint.topic("never there").off();
        memory.connect().send("{\"topic\":\"a\"}|{\"topic\":\"b\"}|");
        assertThat(seen).containsExactly("b");
    }

    @Test
    void clientSupportsAllListenerKinds() {
        Memory other = new Memory();
        RawServer raw = other.listen();
        IpcClient client = other.client().build();
        client.topic("a", Integer.class).on(number -> seen.add("class " + number));
        client.topic("a", new TypeRef<Integer>() {}).on(number -> seen.add("type " + number));
        client.topic("a").on(payload -> seen.add("payload " + payload));
        client.topic("a", Integer.class).once(number -> seen.add("once class " + number));
        client.topic("a", new TypeRef<Integer>() {}).once(number -> seen.add("once type " + number));
        client.topic("a").once(payload -> seen.add("once payload " + payload));
        client.onMessage(message -> seen.add("all " + message.payload()));
        client.connect();
        other.run();
        raw.last().send("{\"topic\":\"a\",\"message\":1}|{\"topic\":\"a\",\"message\":2}|");
        assertThat(seen)
                .containsExactly(
                        "all 1",
                        "class 1",
                        "type 1",
                        "payload 1",
                        "once class 1",
                        "once type 1",
                        "once payload 1",
                        "all 2",
                        "class 2",
                        "type 2",
                        "payload 2");
        client.topic("a").off();
        raw.last().send("{\"topic\":\"a\",\"message\":3}|");
        assertThat(seen).endsWith("all 3");
    }

    @Test
    @Checklist("IPC 53")
    void errorListenerReceivesEachErrorOnce() {
        List<Throwable> arguments = new ArrayList<>();
        server.endpoint.onError(arguments::add);
        RawPeer peer = memory.connect();
        server.endpoint.send("a", 1, "unknown");
        memory.run();
        peer.send("nonsense|");
        assertThat(arguments).isEqualTo(server.errors).hasSize(2);
    }

    @Test
    void errorWithoutListenerIsLoggedAndNotThrown() {
        IpcServer quiet = new Memory().server().build();
        assertThat(quiet.send("a", 1, "unknown")).isFalse();
        assertThat(quiet.stats().drops()).containsEntry(DropReason.UNKNOWN_RECIPIENT, 1L);
    }

    @Test
    void throwingErrorListenerDoesNotAffectOthers() {
        Memory other = new Memory();
        IpcServer second = other.server().build();
        second.onError(error -> {
            throw new IllegalStateException("worse");
        });
        second.onError(seen::add);
        second.listen();
        other.run();
        second.send("a", 1, "unknown");
        other.run();
        assertThat(seen).singleElement().isInstanceOf(BadClientException.class);
    }

    @Test
    @Checklist("IPC 54")
    void throwingListenerIsReportedAndConnectionStays() {
        IllegalStateException broken = new IllegalStateException("broken");
        Subscription throwing = server.endpoint.topic("a").on((payload, client) -> {
            throw broken;
        });
        server.endpoint.topic("a", Integer.class).on((number, client) -> seen.add(number));
        RawPeer peer = memory.connect();
        peer.send("{\"topic\":\"a\",\"message\":1}|{\"topic\":\"a\",\"message\":2}|");
        assertThat(server.errors).containsExactly(broken, broken);
        throwing.close();
        peer.send("{\"topic\":\"a\",\"message\":3}|");
        assertThat(server.errors).hasSize(2);
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(peer.inputEnded).isFalse();
    }

    @Test
    @Checklist("IPC 54")
    void endpointSurvivesThrowingLifecycleListeners() {
        Memory other = new Memory();
        IpcServer second = other.server().build();
        second.onError(seen::add);
        RuntimeException a = new RuntimeException("listening");
        RuntimeException b = new RuntimeException("connection");
        AssertionError c = new AssertionError("disconnect");
        second.onListening(() -> {
            throw a;
        });
        second.onConnection(client -> {
            throw b;
        });
        second.onDisconnection((client, reason) -> {
            throw c;
        });
        second.listen();
        other.run();
        other.connect().end();
        assertThat(seen).containsExactly(a, b, c);
        assertThat(other.connect().inputEnded).isFalse();
    }

    @Test
    @Timeout(20)
    void errorsBeyondPendingLimitAreCountedOnly() {
        Memory other = new Memory();
        List<Runnable> tasks = new ArrayList<>();
        IpcServer second = other.server().dispatch(Dispatch.on(tasks::add)).build();
        second.onError(seen::add);
        for (int i = 0; i < 5000; i++) {
            second.send("a", i, "unknown");
        }
        assertThat(second.stats().drops())
                .containsEntry(DropReason.UNKNOWN_RECIPIENT, 5000L)
                .containsEntry(DropReason.ERROR_UNREPORTED, 5000L - 1024);
        tasks.removeFirst().run();
        assertThat(seen).hasSize(1024);
        second.send("a", 0, "unknown");
        tasks.removeFirst().run();
        assertThat(seen).hasSize(1025);
    }

    @Test
    @Timeout(20)
    @Checklist("IPC 55")
    void eventsOfOneEndpointNeverRunConcurrently() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(4);
                Threads threads = new Threads()) {
            IpcServer busy = threads.server().dispatch(Dispatch.on(pool)).build();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger plain = new AtomicInteger(); // incremented without atomicity
            CountDownLatch done = new CountDownLatch(3000);
            Runnable event = () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                plain.setPlain(plain.getPlain() + 1);
                inside.decrementAndGet();
                done.countDown();
            };
            busy.onMessage((message, client) -> event.run());
            busy.onError(error -> event.run());
            busy.listen().join();
            List<IpcClient> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                IpcClient client = threads.client().build();
                client.connect().join();
                clients.add(client);
            }
            for (int i = 0; i < 500; i++) {
                clients.forEach(client -> client.send("a", 1));
            }
            for (int i = 0; i < 1000; i++) {
                busy.send("a", 1, "unknown");
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(most).hasValue(1);
            assertThat(plain).hasValue(3000);
            clients.forEach(IpcClient::close);
            busy.close();
            busy.closed().join();
        }
    }
}
