package io.heliograph.bench.load;

import io.heliograph.bench.peer.RoundTrips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Load generator for a SocketCluster server.
 *
 * <pre>
 * fanout  PORT TOKEN SUBSCRIBERS OUTSTANDING BYTES WARM_UP_MILLIS MILLIS
 * rpc     PORT TOKEN CONNECTIONS OUTSTANDING BYTES WARM_UP_MILLIS MILLIS
 * call    PORT TOKEN BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * spin    PORT TOKEN BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * connect PORT TOKEN CONCURRENT WARM_UP_MILLIS MILLIS
 * visit   PORT TOKEN CONCURRENT VISITS MILLIS
 * hold    PORT TOKEN CONNECTIONS
 * </pre>
 *
 * The process prints one line per result: name and number. {@code hold} prints "ready" and exits at the end of its
 * standard input.
 */
public final class Load {

    private static final String CHANNEL = "bench";
    private static final int OPENING_AT_ONCE = 64;
    private static final long NEVER = Long.MAX_VALUE;

    private final RealtimeConnection.Server server;
    private final Clients clients;

    private Load(RealtimeConnection.Server server) throws IOException {
        this.server = server;
        this.clients = new Clients();
    }

    public static void main(String[] args) throws Exception {
        try {
            Load load = new Load(new RealtimeConnection.Server(number(args[1]), args[2]));
            switch (args[0]) {
                case "fanout" ->
                    load.fanOut(number(args[3]), number(args[4]), number(args[5]), new Window(args[6], args[7]));
                case "rpc" -> load.rpc(number(args[3]), number(args[4]), number(args[5]), new Window(args[6], args[7]));
                case "call", "spin" ->
                    load.call(
                            number(args[3]),
                            new RoundTrips(
                                    number(args[4]),
                                    Duration.ofMillis(number(args[5])),
                                    Duration.ofMillis(number(args[6]))),
                            Path.of(args[7]),
                            args[0].equals("spin"));
                case "connect" -> load.connect(number(args[3]), new Window(args[4], args[5]));
                case "visit" -> load.visit(number(args[3]), number(args[4]), number(args[5]));
                case "hold" -> load.hold(number(args[3]));
                default -> throw new IllegalArgumentException("role: " + args[0]);
            }
        } catch (IOException e) {
            System.err.println("load " + args[0] + ": " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private RealtimeConnection connect(RealtimeConnection.Handler handler) throws IOException {
        return clients.connect(from -> new RealtimeConnection(server, from, false, handler));
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    /**
     * Publishes from one connection to the subscribers of the others. A publication is outstanding until every
     * subscriber has received it and all publications before it.
     */
    private void fanOut(int subscribers, int outstanding, int bytes, Window window) throws IOException {
        long[] delivered = new long[1];
        List<RealtimeConnection> all = open(subscribers, new Subscribing() {
            @Override
            public void published(RealtimeConnection connection) {
                delivered[0]++;
            }
        });
        RealtimeConnection publisher = open(1, connection -> {}).getFirst();
        String data = Packets.filler(bytes);
        long published = 0;
        window.begin();
        while (window.isOpen(delivered[0])) {
            boolean any = false;
            while (published * subscribers - delivered[0] <= (outstanding - 1L) * subscribers) {
                publisher.send(Packets.publish(CHANNEL, data, ++publisher.cid));
                published++;
                any = true;
            }
            if (any) {
                publisher.flush();
            }
            clients.turn(100);
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (delivered[0] < published * subscribers || publisher.answers < published + 1) {
            clients.turn(100);
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(delivered[0] + " deliveries of " + published * subscribers);
            }
        }
        for (RealtimeConnection each : all) {
            if (each.publications != published) {
                throw new IOException(each.publications + " publications of " + published);
            }
        }
        window.report("deliveries");
    }

    /** Keeps {@code OUTSTANDING} calls per connection; each answer is followed by the next call. */
    private void rpc(int connections, int outstanding, int bytes, Window window) throws IOException {
        String data = Packets.filler(bytes);
        long[] answered = new long[1];
        List<RealtimeConnection> all = open(connections, new RealtimeConnection.Handler() {
            @Override
            public void opened(RealtimeConnection connection) {}

            @Override
            public void answered(RealtimeConnection connection) {
                answered[0]++;
                connection.send(Packets.call("echo", data, ++connection.cid));
            }
        });
        for (RealtimeConnection each : all) {
            for (int i = 0; i < outstanding; i++) {
                each.send(Packets.call("echo", data, ++each.cid));
            }
            each.flush();
        }
        window.begin();
        while (window.isOpen(answered[0])) {
            clients.turn(100);
        }
        for (RealtimeConnection each : all) {
            if (each.answers < 2) {
                throw new IOException("connection without an answer");
            }
        }
        window.report("calls");
    }

    /**
     * Makes one call at a time on one connection, without a selector.
     *
     * @param spinning whether the client polls the socket and keeps one core; otherwise it waits, as clients of users do
     */
    private void call(int bytes, RoundTrips trips, Path file, boolean spinning) throws IOException {
        String data = Packets.filler(bytes);
        boolean[] more = {true};
        RealtimeConnection connection = new RealtimeConnection(server, null, true, new RealtimeConnection.Handler() {
            @Override
            public void opened(RealtimeConnection opened) {
                trips.begin();
                opened.send(Packets.call("echo", data, ++opened.cid));
            }

            @Override
            public void answered(RealtimeConnection called) {
                more[0] = trips.more();
                if (more[0]) {
                    called.send(Packets.call("echo", data, ++called.cid));
                }
            }
        });
        connection.channel().configureBlocking(!spinning);
        ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
        while (more[0]) {
            connection.read(in);
        }
        connection.close();
        trips.report(file);
    }

    /** Completes handshakes on {@code CONCURRENT} connections at a time; each closes after its handshake. */
    private void connect(int concurrent, Window window) throws IOException {
        long[] opened = new long[1];
        RealtimeConnection.Handler counting = new RealtimeConnection.Handler() {
            @Override
            public void opened(RealtimeConnection connection) throws IOException {
                opened[0]++;
                connection.close();
                connect(this);
            }
        };
        for (int i = 0; i < concurrent; i++) {
            connect(counting);
        }
        window.begin();
        while (window.isOpen(opened[0])) {
            clients.turn(100);
        }
        window.report("handshakes");
    }

    /**
     * Subscribes on {@code CONCURRENT} connections at a time, for a number of connections and a duration; each closes
     * afterwards.
     */
    private void visit(int concurrent, int visits, int millis) throws IOException {
        int[] left = {visits};
        RealtimeConnection.Handler visiting = new Subscribing() {
            @Override
            public void answered(RealtimeConnection connection) throws IOException {
                left[0]--;
                connection.close();
                connect(this);
            }
        };
        for (int i = 0; i < concurrent; i++) {
            connect(visiting);
        }
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (left[0] > 0 || System.nanoTime() - end < 0) {
            clients.turn(100);
        }
        System.out.println("visits " + (visits - left[0]));
    }

    /** Keeps connections with one subscription each. */
    private void hold(int connections) throws IOException {
        open(connections, new Subscribing());
        System.out.println("ready");
        Thread.ofPlatform().daemon().start(Load::endWithInput);
        while (true) {
            clients.turn(NEVER);
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // The driver writes nothing.
            }
        } catch (IOException e) {
            // The driver has exited.
        }
        System.exit(0);
    }

    /** Opens connections, a few at a time, until each has completed its handshake and its subscription. */
    private List<RealtimeConnection> open(int count, RealtimeConnection.Handler handler) throws IOException {
        List<RealtimeConnection> all = new ArrayList<>(count);
        int needed = handler instanceof Subscribing ? 2 : 1;
        int begun = 0;
        int ready = 0;
        while (ready < count) {
            while (begun < count && begun - ready < OPENING_AT_ONCE) {
                all.add(connect(handler));
                begun++;
            }
            clients.turn(100);
            while (ready < begun && all.get(ready).answers >= needed) {
                ready++;
            }
        }
        return all;
    }

    /** Subscribes after the handshake. */
    private static class Subscribing implements RealtimeConnection.Handler {

        @Override
        public void opened(RealtimeConnection connection) {
            connection.send(Packets.subscribe(CHANNEL, ++connection.cid));
        }
    }
}
