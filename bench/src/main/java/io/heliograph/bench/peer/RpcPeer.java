package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * One process of a measurement of RPC.
 *
 * <pre>
 * serve DISPATCH PORT
 * load  DISPATCH PORT CODEC CONNECTIONS OUTSTANDING WARM_UP_MILLIS MILLIS
 * </pre>
 *
 * A server prints "ready", and lives until its standard input ends. Results are printed as a name and a number a line.
 */
public final class RpcPeer {

    /** What is called with, and what comes back. */
    record Sum(int a, int b) {}

    private final ConcurrentHistogram nanos = new ConcurrentHistogram(60_000_000_000L, 3);
    private final LongAdder calls = new LongAdder();
    private final CountDownLatch done;
    private final long measureFrom;
    private final long measureTo;

    private RpcPeer(int loops, long warmUpMillis, long millis) {
        done = new CountDownLatch(loops);
        measureFrom = System.nanoTime() + warmUpMillis * 1_000_000;
        measureTo = measureFrom + millis * 1_000_000;
    }

    public static void main(String[] args) throws Exception {
        Dispatch dispatch = args[1].equals("direct") ? Dispatch.direct() : Dispatch.virtual();
        int port = Integer.parseInt(args[2]);
        if (args[0].equals("serve")) {
            serve(dispatch, port);
            return;
        }
        RpcCodec codec = RpcCodec.valueOf(args[3]);
        int connections = Integer.parseInt(args[4]);
        int outstanding = Integer.parseInt(args[5]);
        List<RpcClient> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            RpcClient client =
                    RpcClient.builder(URI.create("ws://127.0.0.1:" + port + "/"))
                            .codec(codec)
                            .dispatch(dispatch)
                            .build();
            client.connect().join();
            clients.add(client);
        }
        RpcPeer load =
                new RpcPeer(
                        connections * outstanding,
                        Long.parseLong(args[6]),
                        Long.parseLong(args[7]));
        for (RpcClient client : clients) {
            for (int i = 0; i < outstanding; i++) {
                load.next(client, new AtomicInteger(i));
            }
        }
        load.done.await();
        clients.forEach(RpcClient::close);
        load.report();
    }

    private static void serve(Dispatch dispatch, int port) throws IOException {
        RpcServer server =
                RpcServer.builder()
                        .host("127.0.0.1")
                        .port(port)
                        .dispatch(dispatch)
                        .maxRequestsPerSecond(0)
                        .build();
        server.register("sum", Sum.class, sum -> sum.a() + sum.b());
        server.listen().join();
        Peer.ready();
        while (System.in.read() >= 0) {
            // Nothing is ever written to it.
        }
        System.exit(0);
    }

    /** One call after another, each when the one before is answered, until the time is over. */
    private void next(RpcClient client, AtomicInteger number) {
        int a = number.incrementAndGet() & 0xffff;
        long began = System.nanoTime();
        client.call("sum", List.of(a, 3), Integer.class)
                .whenComplete((sum, failure) -> answered(client, number, a, began, sum, failure));
    }

    private void answered(
            RpcClient client,
            AtomicInteger number,
            int a,
            long began,
            @Nullable Integer sum,
            @Nullable Throwable failure) {
        if (failure != null || sum == null || sum != a + 3) {
            throw Peer.failed("expected " + (a + 3) + ", got " + sum + " " + failure);
        }
        long now = System.nanoTime();
        if (now >= measureTo) {
            done.countDown();
            return;
        }
        if (began >= measureFrom) {
            nanos.recordValue(now - began);
            calls.increment();
        }
        next(client, number);
    }

    private void report() {
        Peer.print("calls", calls.sum());
        Peer.print("nanos", measureTo - measureFrom);
        Peer.print("p50", nanos.getValueAtPercentile(50));
        Peer.print("p99", nanos.getValueAtPercentile(99));
    }
}
