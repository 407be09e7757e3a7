package io.heliograph.cli.rpc;

import io.heliograph.cli.console.Sum;
import io.heliograph.codec.Payload;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.RpcSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Methods and events of {@code helio rpc serve --demo}. */
final class RpcDemo {

    private static final long MAX_SLEEP = 10_000;

    private final RpcServer server;
    private final AtomicLong ticks = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("helio-tick").factory());

    private RpcDemo(RpcServer server) {
        this.server = server;
    }

    static RpcDemo on(RpcServer server) {
        server.method("sum").handle(params -> sum(params.value()));
        server.method("echo").handle(Payload::value);
        server.method("sleep").handle(params -> sleep(params.value()));
        server.method("whoami").handle((Payload params, RpcSocket caller) -> caller.attachment());
        server.method("fail").handle(params -> {
            throw new RpcException(-32050, "demo failure", Map.of("why", "asked"));
        });
        server.method("secret").handle(params -> "the secret of the demo").protect();
        server.event("tick");
        server.event("alerts").protect();
        server.authenticate(Map.class, RpcDemo::login);
        return new RpcDemo(server);
    }

    private static boolean login(Map<?, ?> given, RpcSocket caller) {
        boolean right = "demo".equals(given.get("username")) && "demo".equals(given.get("password"));
        if (right) {
            caller.attach("demo");
        }
        return right;
    }

    private static Object sleep(@Nullable Object params) throws InterruptedException {
        if (params instanceof List<?> list && list.size() == 1 && list.getFirst() instanceof Long millis) {
            Thread.sleep(Math.clamp(millis, 0, MAX_SLEEP));
            return millis;
        }
        throw new RpcException(-32602, "Invalid params", "a number of milliseconds is expected");
    }

    private static Number sum(@Nullable Object params) {
        Object a = null;
        Object b = null;
        if (params instanceof List<?> list && list.size() == 2) {
            a = list.get(0);
            b = list.get(1);
        } else if (params instanceof Map<?, ?> map) {
            a = map.get("a");
            b = map.get("b");
        }
        Number sum = Sum.of(a, b);
        if (sum != null) {
            return sum;
        }
        throw new RpcException(-32602, "Invalid params", "two numbers are expected");
    }

    void start() {
        clock.scheduleAtFixedRate(() -> server.emit("tick", ticks.incrementAndGet()), 1, 1, TimeUnit.SECONDS);
    }

    void stop() {
        clock.shutdownNow();
    }
}
