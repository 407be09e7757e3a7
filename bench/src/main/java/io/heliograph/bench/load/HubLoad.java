package io.heliograph.bench.load;

import io.heliograph.bench.peer.RoundTrips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Load generator for a hub, and for the servers of its protocols alone.
 *
 * <pre>
 * fanout      PORT TOKEN SOCKET|- SC_SUBSCRIBERS RPC_SUBSCRIBERS CODEC OUTSTANDING BYTES WARM_UP_MILLIS MILLIS
 * ipc-sc-rate PORT TOKEN SOCKET OUTSTANDING BYTES WARM_UP_MILLIS MILLIS
 * ipc-sc      PORT TOKEN SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * ipc         PORT TOKEN SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * sc          PORT TOKEN SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * </pre>
 *
 * The last three measure one message or round trip after the other. The process prints one line per result: name and number.
 */
public final class HubLoad {

    private static final String CHANNEL = "bench";
    private static final int OPENING_AT_ONCE = 64;
    private static final int BATCH = 64;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final RealtimeConnection.Server server;
    private final String socket;
    private final Clients clients = new Clients();

    private HubLoad(RealtimeConnection.Server server, String socket) throws IOException {
        this.server = server;
        this.socket = socket;
    }

    public static void main(String[] args) throws Exception {
        try {
            HubLoad load = new HubLoad(new RealtimeConnection.Server(number(args[1]), args[2]), args[3]);
            switch (args[0]) {
                case "fanout" ->
                    load.fanOut(
                            number(args[4]),
                            number(args[5]),
                            args[6].equals("MSGPACK"),
                            number(args[7]),
                            number(args[8]),
                            new Window(args[9], args[10]));
                case "ipc-sc-rate" -> load.rate(number(args[4]), number(args[5]), new Window(args[6], args[7]));
                case "ipc-sc" -> load.ipcToSocketCluster(number(args[4]), trips(args), Path.of(args[8]));
                case "ipc" -> load.ipc(number(args[4]), trips(args), Path.of(args[8]));
                case "sc" -> load.socketCluster(number(args[4]), trips(args), Path.of(args[8]));
                default -> throw new IllegalArgumentException("role: " + args[0]);
            }
        } catch (IOException e) {
            System.err.println("load " + args[0] + ": " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static RoundTrips trips(String[] args) {
        return new RoundTrips(number(args[5]), Duration.ofMillis(number(args[6])), Duration.ofMillis(number(args[7])));
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private void turnUntil(BooleanSupplier done, String missing) throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!done.getAsBoolean()) {
            clients.turn(100);
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("missing after " + LIMIT + ": " + missing);
            }
        }
    }

    /** Subscribes after the handshake. */
    private static class Subscribing implements RealtimeConnection.Handler {

        @Override
        public void opened(RealtimeConnection connection) {
            connection.send(Packets.subscribe(CHANNEL, ++connection.cid));
        }
    }

    private RealtimeConnection open(RealtimeConnection.Handler handler) throws IOException {
        return clients.connect(from -> new RealtimeConnection(server, from, false, handler));
    }

    private List<RealtimeConnection> subscribe(int count, Runnable published) throws IOException {
        List<RealtimeConnection> all = new ArrayList<>();
        while (all.size() < count) {
            int from = all.size();
            for (int i = from; i < Math.min(count, from + OPENING_AT_ONCE); i++) {
                all.add(open(new Subscribing() {
                    @Override
                    public void published(RealtimeConnection connection) {
                        published.run();
                    }
                }));
            }
            turnUntil(() -> all.stream().allMatch(each -> each.answers >= 2), "subscriptions");
        }
        return all;
    }

    private List<RpcSubscriber> subscribeRpc(int count, boolean messagePack, Runnable published) throws IOException {
        List<RpcSubscriber> all = new ArrayList<>();
        while (all.size() < count) {
            int from = all.size();
            for (int i = from; i < Math.min(count, from + OPENING_AT_ONCE); i++) {
                all.add(clients.connect(
                        local -> new RpcSubscriber(server.port(), messagePack, CHANNEL, local, published)));
            }
            turnUntil(() -> all.stream().allMatch(each -> each.isSubscribed), "subscriptions");
        }
        return all;
    }

    /**
     * Publishes from one SocketCluster connection to the subscribers of the others. A publication is outstanding until every subscriber
     * but the IPC client has received it and all publications before it.
     */
    private void fanOut(int subscribers, int rpc, boolean messagePack, int outstanding, int bytes, Window window)
            throws IOException {
        long[] delivered = new long[1];
        List<RealtimeConnection> all = subscribe(subscribers, () -> delivered[0]++);
        List<RpcSubscriber> others = subscribeRpc(rpc, messagePack, () -> delivered[0]++);
        RealtimeConnection publisher = open(connection -> {});
        turnUntil(() -> publisher.answers >= 1, "handshake of the publisher");
        IpcSocket ipc = socket.equals("-") ? null : new IpcSocket(Path.of(socket));
        if (ipc != null) {
            ipc.countReceived();
        }
        int each = subscribers + rpc;
        String data = Packets.filler(bytes);
        long published = 0;
        window.begin();
        while (window.isOpen(delivered[0])) {
            boolean any = false;
            while (published * each - delivered[0] <= (outstanding - 1L) * each) {
                publisher.send(Packets.publish(CHANNEL, data, ++publisher.cid));
                published++;
                any = true;
            }
            if (any) {
                publisher.flush();
            }
            clients.turn(100);
        }
        long expected = published;
        turnUntil(() -> delivered[0] == expected * each && publisher.answers == expected + 1, "deliveries");
        boolean complete = all.stream().allMatch(connection -> connection.publications == expected)
                && others.stream().allMatch(connection -> connection.publications == expected);
        if (!complete) {
            throw new IOException("a subscriber has not received " + expected + " publications");
        }
        if (ipc != null) {
            // The connection of the client may have been accepted after the first publications.
            turnUntil(() -> ipc.received() >= expected - outstanding, "messages of the IPC client");
        }
        window.report("deliveries");
        System.out.println("total " + expected * each);
    }

    /** Sends from an IPC client to one SocketCluster subscriber. */
    private void rate(int outstanding, int bytes, Window window) throws IOException {
        long[] delivered = new long[1];
        subscribe(1, () -> delivered[0]++);
        IpcSocket ipc = new IpcSocket(Path.of(socket));
        byte[] message = IpcSocket.message(CHANNEL, Packets.filler(bytes));
        ByteBuffer batch = ByteBuffer.allocateDirect(BATCH * message.length);
        while (batch.hasRemaining()) {
            batch.put(message);
        }
        long sent = 0;
        window.begin();
        while (window.isOpen(delivered[0])) {
            while (sent - delivered[0] + BATCH <= outstanding) {
                ipc.write(batch.clear());
                sent += BATCH;
            }
            clients.turn(100);
        }
        long expected = sent;
        turnUntil(() -> delivered[0] == expected, "messages");
        window.report("messages");
    }

    private void ipcToSocketCluster(int bytes, RoundTrips trips, Path file) throws IOException {
        byte[] message = IpcSocket.message(CHANNEL, Packets.filler(bytes));
        ByteBuffer frame = ByteBuffer.allocateDirect(message.length).put(message);
        boolean[] more = {true};
        boolean[] subscribed = {false};
        IpcSocket ipc = new IpcSocket(Path.of(socket));
        RealtimeConnection subscriber = new RealtimeConnection(server, null, true, new Subscribing() {
            @Override
            public void answered(RealtimeConnection connection) throws IOException {
                subscribed[0] = true;
                trips.begin();
                ipc.write(frame.clear());
            }

            @Override
            public void published(RealtimeConnection connection) throws IOException {
                more[0] = trips.more();
                if (more[0]) {
                    ipc.write(frame.clear());
                }
            }
        });
        readWhile(subscriber, more);
        if (!subscribed[0]) {
            throw new IOException("not subscribed");
        }
        trips.report(file);
    }

    private void ipc(int bytes, RoundTrips trips, Path file) throws IOException {
        byte[] message = IpcSocket.message(CHANNEL, Packets.filler(bytes));
        ByteBuffer frame = ByteBuffer.allocateDirect(message.length).put(message);
        ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
        try (IpcSocket ipc = new IpcSocket(Path.of(socket))) {
            trips.begin();
            do {
                ipc.write(frame.clear());
                ipc.readMessage(in);
            } while (trips.more());
        }
        trips.report(file);
    }

    private void socketCluster(int bytes, RoundTrips trips, Path file) throws IOException {
        String data = Packets.filler(bytes);
        boolean[] more = {true};
        RealtimeConnection caller = new RealtimeConnection(server, null, true, new RealtimeConnection.Handler() {
            @Override
            public void opened(RealtimeConnection connection) {
                trips.begin();
                connection.send(Packets.call("echo", data, ++connection.cid));
            }

            @Override
            public void answered(RealtimeConnection connection) {
                more[0] = trips.more();
                if (more[0]) {
                    connection.send(Packets.call("echo", data, ++connection.cid));
                }
            }
        });
        readWhile(caller, more);
        trips.report(file);
    }

    private static void readWhile(RealtimeConnection connection, boolean[] more) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
        while (more[0]) {
            connection.read(in);
        }
        connection.close();
    }
}
