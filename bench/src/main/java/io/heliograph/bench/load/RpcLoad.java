package io.heliograph.bench.load;

import io.heliograph.bench.peer.RoundTrips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Load generator for an RPC server.
 *
 * <pre>
 * call  PORT CODEC WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * spin  PORT CODEC WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * calls PORT CODEC CONNECTIONS OUTSTANDING WARM_UP_MILLIS MILLIS
 * </pre>
 *
 * PORT may be followed by a path, such as {@code 8000/rpc}. The process prints one line per result: name and number.
 */
public final class RpcLoad {

    private static final Duration OPENING = Duration.ofSeconds(10);

    private final String path;
    private final int port;
    private final RpcConnection.Codec codec;

    private RpcLoad(String address, RpcConnection.Codec codec) {
        int slash = address.indexOf('/');
        this.path = slash < 0 ? "/" : address.substring(slash);
        this.port = number(slash < 0 ? address : address.substring(0, slash));
        this.codec = codec;
    }

    public static void main(String[] args) throws Exception {
        try {
            RpcLoad load = new RpcLoad(args[1], RpcConnection.Codec.valueOf(args[2]));
            switch (args[0]) {
                case "call", "spin" ->
                    load.call(
                            new RoundTrips(
                                    number(args[3]),
                                    Duration.ofMillis(number(args[4])),
                                    Duration.ofMillis(number(args[5]))),
                            Path.of(args[6]),
                            args[0].equals("spin"));
                case "calls" -> load.calls(number(args[3]), number(args[4]), new Window(args[5], args[6]));
                default -> throw new IllegalArgumentException("role: " + args[0]);
            }
        } catch (IOException e) {
            System.err.println("load " + args[0] + ": " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    /**
     * Makes one call at a time on one connection, without a selector.
     *
     * @param spinning whether the client polls the socket and keeps one core; otherwise it waits, as clients of users do
     */
    private void call(RoundTrips trips, Path file, boolean spinning) throws IOException {
        boolean[] more = {true};
        RpcConnection connection = new RpcConnection(path, port, codec, null, true, new RpcConnection.Handler() {
            @Override
            public void opened(RpcConnection opened) {
                trips.begin();
                opened.call();
            }

            @Override
            public void answered(RpcConnection called) {
                more[0] = trips.more();
                if (more[0]) {
                    called.call();
                }
            }
        });
        connection.channel().configureBlocking(!spinning);
        ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
        while (more[0]) {
            connection.read(in);
            connection.prepare();
        }
        connection.close();
        trips.report(file);
    }

    /** Keeps {@code OUTSTANDING} calls per connection; each answer is followed by the next call. */
    private void calls(int connections, int outstanding, Window window) throws IOException {
        long[] answered = new long[1];
        RpcConnection.Handler handler = new RpcConnection.Handler() {
            @Override
            public void opened(RpcConnection opened) {}

            @Override
            public void answered(RpcConnection called) {
                answered[0]++;
                called.call();
            }
        };
        Clients clients = new Clients();
        List<RpcConnection> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            all.add(clients.connect(from -> new RpcConnection(path, port, codec, from, false, handler)));
        }
        long deadline = System.nanoTime() + OPENING.toNanos();
        while (!all.stream().allMatch(each -> each.isOpen)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("connections opened in time: too few (expected: all)");
            }
            clients.turn(100);
        }
        for (RpcConnection each : all) {
            for (int i = 0; i < outstanding; i++) {
                each.call();
            }
            each.flush();
        }
        window.begin();
        while (window.isOpen(answered[0])) {
            clients.turn(100);
        }
        for (RpcConnection each : all) {
            if (each.answers < outstanding) {
                throw new IOException("connection without answers");
            }
        }
        window.report("calls");
    }
}
