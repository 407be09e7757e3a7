package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Heliograph server and client of bench/rpc. All options have their defaults except dispatch, codec and the rate limit
 * of a socket, which would stop a load generator.
 *
 * <pre>
 * serve direct|virtual
 * call  direct|virtual PORT CODEC WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * calls direct|virtual PORT CODEC OUTSTANDING WARM_UP_MILLIS MILLIS
 * </pre>
 *
 * A server prints "ready" with its port and exits at the end of its standard input. A client prints one line per
 * result: name and number.
 */
public final class RpcPeer {

    /** Parameters of a call. */
    record Sum(long a, long b) {}

    private RpcPeer() {}

    public static void main(String[] args) throws Exception {
        Dispatch dispatch = Peer.dispatch(args[1]);
        if (args[0].equals("serve")) {
            serve(dispatch);
            return;
        }
        RpcClient client = RpcClient.builder(URI.create("ws://127.0.0.1:" + args[2] + "/"))
                .codec(RpcCodec.valueOf(args[3]))
                .dispatch(dispatch)
                .build();
        client.connect().join();
        if (args[0].equals("call")) {
            call(client, new RoundTrips(Integer.parseInt(args[4]), millis(args[5]), millis(args[6])), Path.of(args[7]));
        } else {
            calls(client, Integer.parseInt(args[4]), millis(args[5]), millis(args[6]));
        }
        System.exit(0);
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    private static void serve(Dispatch dispatch) throws IOException {
        RpcServer server = RpcServer.builder()
                .host("127.0.0.1")
                .port(0)
                .dispatch(dispatch)
                .maxRequestsPerSecond(0)
                .build();
        server.onError(error -> Peer.failed(error.toString()));
        server.method("sum", Sum.class).handle(sum -> sum.a() + sum.b());
        server.listen().join();
        System.out.println("ready " + server.port());
        while (System.in.read() >= 0) {
            // The driver writes nothing.
        }
        System.exit(0);
    }

    private static void call(RpcClient client, RoundTrips trips, Path file) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        trips.begin();
        new Loop(client, trips::more, done).next(1);
        done.await();
        trips.report(file);
    }

    /** Runs several closed loops; answers arrive on one thread at a time. */
    private static void calls(RpcClient client, int outstanding, Duration warmUp, Duration measured)
            throws InterruptedException {
        long from = System.nanoTime() + warmUp.toNanos();
        long to = from + measured.toNanos();
        long[] count = new long[1];
        BooleanSupplier more = () -> {
            long now = System.nanoTime();
            if (now >= from && now < to) {
                count[0]++;
            }
            return now < to;
        };
        CountDownLatch done = new CountDownLatch(outstanding);
        for (int i = 1; i <= outstanding; i++) {
            new Loop(client, more, done).next(i);
        }
        done.await();
        Peer.print("calls", count[0]);
        Peer.print("nanos", to - from);
    }

    /** Runs one closed loop of calls. */
    private record Loop(RpcClient client, BooleanSupplier more, CountDownLatch done) {

        void next(long a) {
            client.call("sum", List.of(a, 3), Long.class).whenComplete((sum, failure) -> {
                if (failure != null || sum != a + 3) {
                    throw Peer.failed("expected " + (a + 3) + ", got " + sum + ", " + failure);
                }
                if (more.getAsBoolean()) {
                    next(a + 1);
                } else {
                    done.countDown();
                }
            });
        }
    }
}
