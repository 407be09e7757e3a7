package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Dispatch;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Checklist;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Java client with Java server: interfaces as services and stubs, records, and reconnection. */
class RpcServiceTest extends ServerFixture {

    record Greeting(String name, int times) {}

    interface Calculator {

        int add(int a, int b);

        CompletableFuture<Double> divide(double a, double b);

        List<Greeting> greetings(Greeting first, @Nullable Greeting second);

        String who(RpcSocket caller);

        void fail();

        default int twice(int a) {
            return add(a, a);
        }
    }

    static final class ExactCalculator implements Calculator {

        @Override
        public int add(int a, int b) {
            return Math.addExact(a, b);
        }

        @Override
        public CompletableFuture<Double> divide(double a, double b) {
            return CompletableFuture.supplyAsync(() -> a / b);
        }

        @Override
        public List<Greeting> greetings(Greeting first, @Nullable Greeting second) {
            return second == null ? List.of(first) : List.of(first, second);
        }

        @Override
        public String who(RpcSocket caller) {
            return caller.id();
        }

        @Override
        public void fail() {
            throw new RpcException(-32050, "no", Map.of("why", "asked"));
        }
    }

    interface Twice {
        void same(int a);

        void same(String a);
    }

    interface ClientCalculator {

        int add(int a, int b);

        CompletableFuture<Double> divide(double a, double b);

        List<Greeting> greetings(Greeting first, @Nullable Greeting second);

        String who();

        void fail();
    }

    private RpcClient client(RpcCodec codec, Dispatch dispatch) throws Exception {
        if (server.addresses().isEmpty()) {
            listen();
        }
        RpcClient client = opened(RpcClient.builder(URI.create("ws://127.0.0.1:" + server.port() + "/?socket_id=ada"))
                .codec(codec)
                .dispatch(dispatch)
                .reconnectInterval(Duration.ofMillis(1))
                .build());
        value(client.connect());
        return client;
    }

    @ParameterizedTest
    @EnumSource(RpcCodec.class)
    void interfaceServesAsServiceAndStub(RpcCodec codec) throws Exception {
        server.register(Calculator.class, new ExactCalculator());
        ClientCalculator calculator = client(codec, Dispatch.virtual()).bind(ClientCalculator.class);
        assertThat(calculator.add(5, 3)).isEqualTo(8);
        assertThat(value(calculator.divide(1, 4))).isEqualTo(0.25);
        assertThat(calculator.greetings(new Greeting("a", 1), null)).containsExactly(new Greeting("a", 1));
        assertThat(calculator.who()).isEqualTo("ada");
        assertThatThrownBy(calculator::fail).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isEqualTo(-32050);
            assertThat(e.data()).isEqualTo(Map.of("why", "asked"));
        });
        assertThat(List.of(calculator)).contains(calculator);
        assertThat(calculator).asString().startsWith("ClientCalculator of RpcClient[");
    }

    @Test
    void serviceAcceptsNamedParams() throws Exception {
        server.register(Calculator.class, new ExactCalculator());
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "add", "{\"b\":1,\"a\":2}"))).isEqualTo(result(1, "3"));
        assertThat(socket.ask(call(2, "twice", "[4]"))).isEqualTo(result(2, "8"));
        assertThat(socket.ask(call(3, "twice", "4"))).isEqualTo(result(3, "8"));
        assertThat(socket.ask(call(4, "add", "[1]"))).contains("-32602");
        assertThat(socket.ask(call(5, "add", "7"))).contains("-32602");
        assertThat(socket.ask(call(6, "who", "null"))).startsWith("{\"jsonrpc\":\"2.0\",\"result\":");
    }

    @Test
    void serviceMustBeInterfaceWithoutOverloads() {
        assertThatThrownBy(() -> server.register(String.class, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: an interface");
        assertThatThrownBy(() -> server.register(Twice.class, proxy()))
                .hasMessageContaining("two methods called 'same'");
    }

    private static Twice proxy() {
        return new Twice() {
            @Override
            public void same(int a) {}

            @Override
            public void same(String a) {}
        };
    }

    @Test
    void blockingStubFailsOnEventLoop() throws Exception {
        server.register(Calculator.class, new ExactCalculator());
        RpcClient client = client(RpcCodec.JSON, Dispatch.direct());
        ClientCalculator calculator = client.bind(ClientCalculator.class);
        CompletableFuture<Integer> inside =
                client.call("slow", null, String.class).thenApply(sum -> calculator.add(1, 1));
        slow.complete("now");
        assertThat(failure(inside))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block the event loop");
    }

    @Test
    void listenerMayBlockOnCall() throws Exception {
        server.register(Calculator.class, new ExactCalculator());
        RpcClient client = client(RpcCodec.JSON, Dispatch.virtual());
        ClientCalculator calculator = client.bind(ClientCalculator.class);
        LinkedBlockingQueue<Integer> sums = new LinkedBlockingQueue<>();
        client.events("newMail").on(mail -> {
            sums.add(calculator.add(1, 1));
            sums.add(client.call("add", List.of(1, 2), Integer.class).join());
            sums.add(client.call("add", List.of(1, 3), Integer.class)
                    .thenApply(sum -> sum + 1)
                    .orTimeout(9, TimeUnit.SECONDS)
                    .join());
        });
        value(client.subscribe("newMail"));
        server.emit("newMail");
        assertThat(sums.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(sums.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(sums.poll(10, TimeUnit.SECONDS)).isEqualTo(5);
    }

    @Test
    void listenerMayBlockOnConnectAndClose() throws Exception {
        RpcClient client = client(RpcCodec.JSON, Dispatch.virtual());
        CompletableFuture<String> result = new CompletableFuture<>();
        client.onDisconnect(reason -> {
            if (!result.isDone()) {
                client.connect().join();
                result.complete("connected");
                client.closeGracefully(Duration.ofSeconds(5)).join();
            }
        });
        value(client.call("nothing", null)); // the socket has entered its namespace
        server.namespace("/").connected().values().forEach(socket -> socket.close(1000, ""));
        assertThat(value(result)).isEqualTo("connected");
        value(client.closed());
    }

    @Test
    void connectInDisconnectListenerReconnects() throws Exception {
        RpcClient client = client(RpcCodec.JSON, Dispatch.virtual());
        CompletableFuture<CompletableFuture<Void>> next = new CompletableFuture<>();
        client.onDisconnect(reason -> next.complete(client.connect()));
        value(client.call("nothing", null)); // the socket has entered its namespace
        server.namespace("/").connected().values().forEach(socket -> socket.close(1000, ""));
        value(value(next));
        assertThat(client.isConnected()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(RpcCodec.class)
    @Checklist("RPC 107")
    void recordsAreSentByNameAndPosition(RpcCodec codec) throws Exception {
        RpcClient client = client(codec, Dispatch.virtual());
        assertThat(value(client.call("sum", new Sum(1, 2), Integer.class))).isEqualTo(3);
        assertThat(value(client.call("sum", new int[] {1, 2}, Integer.class))).isEqualTo(3);
        assertThat(value(client.call("sum", List.of(new Sum(1, 2)), Integer.class)))
                .isEqualTo(3);
        assertThat(value(client.method("echo", new TypeRef<Map<String, int[]>>() {})
                        .call(Map.of("a", List.of(1)))))
                .containsOnlyKeys("a");
        assertThat(value(client.call("nothing", null, Void.class))).isNull();
    }

    @Test
    @Checklist("RPC 130")
    void reconnectLosesLoginAndSubscriptions() throws Exception {
        RpcClient client = client(RpcCodec.JSON, Dispatch.virtual());
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        CompletableFuture<Boolean> login = client.login(new Credentials("foo", "bar"));
        assertThat(value(login)).isTrue();
        value(client.events("newMail", String.class).subscribe(events::add));
        assertThat(value(client.call("secret", null, String.class))).isEqualTo("treasure");
        CompletableFuture<Void> open = new CompletableFuture<>();
        client.onConnect(() -> open.complete(null));
        Objects.requireNonNull(server.namespace("/").connected().get("ada")).close(1012, "again");
        value(open);
        assertThat(failure(client.call("secret", null, String.class))).hasMessage("Method forbidden");
        server.emit("newMail", "lost");
        value(client.call("nothing", null));
        assertThat(events).isEmpty();
    }

    @Test
    void concurrentCallsAreAllAnswered() throws Exception {
        RpcClient client = client(RpcCodec.MSGPACK, Dispatch.virtual());
        List<CompletableFuture<Integer>> calls = IntStream.range(0, 5000)
                .mapToObj(i -> client.call("sum", List.of(i, 1), Integer.class))
                .toList();
        for (int i = 0; i < calls.size(); i++) {
            assertThat(value(calls.get(i))).isEqualTo(i + 1);
        }
        Awaitility.await().until(() -> server.stats().messagesReceived() == 5000);
        assertThat(client.stats().messagesSent()).isEqualTo(5000);
    }
}
