package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;

import io.heliograph.codec.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** Server with the methods that most tests call; sockets are closed after each test. */
abstract class ServerFixture {

    record Sum(int a, int b) {}

    record Credentials(String username, String password) {}

    final ConcurrentLinkedQueue<Object> handled = new ConcurrentLinkedQueue<>();
    final CompletableFuture<String> slow = new CompletableFuture<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    RpcServer server = newServer(builder -> {});

    final RpcServer newServer(Consumer<RpcServer.Builder> options) {
        RpcServer.Builder builder = RpcServer.builder().host("127.0.0.1").port(0);
        options.accept(builder);
        RpcServer made = builder.build();
        populate(made);
        return made;
    }

    final void restart(Consumer<RpcServer.Builder> options) {
        server.close();
        server = newServer(options);
    }

    private void populate(RpcServer made) {
        made.method("sum", Sum.class).handle(sum -> sum.a() + sum.b());
        made.method("echo").handle(params -> {
            handled.add(params.isPresent() ? params.text() : "absent");
            return params.value();
        });
        made.method("whoami").handle((Payload params, RpcSocket caller) -> caller.id());
        made.method("sqrt", double[].class).handle(values -> Math.sqrt(values[0]));
        made.method("nothing").handle(params -> null);
        made.method("slow").handle(params -> slow);
        made.method("fail").handle(params -> {
            throw new RpcException(-32050, "Srv", "d");
        });
        made.method("failBare").handle(params -> {
            throw new RpcException(-32050, "Srv");
        });
        made.method("boom").handle(params -> {
            throw new RuntimeException("boom");
        });
        made.method("raw").handle(params -> {
            throw RpcException.raw(params.value());
        });
        made.method("unwritable").handle(params -> new Circle());
        made.method("secret").handle(params -> "treasure").protect();
        made.authenticate(Credentials.class, (given, caller) -> {
            handled.add("login " + caller.id());
            return given.equals(new Credentials("foo", "bar"));
        });
        made.event("newMail");
        made.event("updatedNews");
        made.event("hidden").protect();
        made.onError(failure -> {});
    }

    static final class Circle {
        public Circle self() {
            return this;
        }

        public Circle getSelf() {
            return this;
        }
    }

    final void listen() throws Exception {
        value(server.listen());
    }

    final RawSocket open(String target) throws Exception {
        if (server.addresses().isEmpty()) {
            listen();
        }
        long before = server.stats().connectionsOpened();
        RawSocket socket = opened(RawSocket.open(server.port(), target));
        // The client may connect before the socket has entered its namespace.
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> server.stats().connectionsOpened() > before);
        return socket;
    }

    final <C extends AutoCloseable> C opened(C made) {
        open.add(made);
        return made;
    }

    static String call(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + ",\"id\":" + id + "}";
    }

    static String result(int id, String result) {
        return "{\"jsonrpc\":\"2.0\",\"result\":" + result + ",\"id\":" + id + "}";
    }

    static String error(int code, String message, String id) {
        return "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":"
                + code
                + ",\"message\":\""
                + message
                + "\"},\"id\":"
                + id
                + "}";
    }

    static String error(int code, String message, String data, String id) {
        return "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":"
                + code
                + ",\"message\":\""
                + message
                + "\",\"data\":"
                + data
                + "},\"id\":"
                + id
                + "}";
    }

    static final String LOGIN = call(1, "rpc.login", "{\"username\":\"foo\",\"password\":\"bar\"}");

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        value(server.closeGracefully(Duration.ZERO));
    }
}
