package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * One process of a measurement of typed sockets; all messages are framed doubles, of which the first counts them.
 *
 * <pre>
 * CONTESTANT echo
 * CONTESTANT ping   PORT DOUBLES WARM_UP_MILLIS MILLIS FILE
 * CONTESTANT sink   ACK_EVERY
 * CONTESTANT source PORT DOUBLES WARM_UP_MILLIS MILLIS WINDOW
 * </pre>
 *
 * A server prints "ready" and its port, and lives until its standard input ends. A client prints its results.
 */
public final class SocketPeer {

    private static final String HOST = "127.0.0.1";
    private static final int WARM_UP_TRIPS = 20_000;

    private SocketPeer() {}

    public static void main(String[] args) throws Exception {
        boolean raw = args[0].equals("raw");
        Dispatch dispatch = args[0].equals("direct") ? Dispatch.direct() : Dispatch.virtual();
        switch (args[1]) {
            case "echo" -> {
                if (raw) {
                    RawDoubles.echo();
                } else {
                    echo(dispatch);
                }
            }
            case "ping" -> {
                RoundTrips trips = new RoundTrips(WARM_UP_TRIPS, millis(args[4]), millis(args[5]));
                double[] message = new double[Integer.parseInt(args[3])];
                if (raw) {
                    RawDoubles.ping(number(args[2]), message, trips);
                } else {
                    ping(dispatch, number(args[2]), message, trips);
                }
                trips.report(Path.of(args[6]));
            }
            case "sink" -> {
                if (raw) {
                    RawDoubles.sink(number(args[2]));
                } else {
                    sink(dispatch, number(args[2]));
                }
            }
            case "source" -> {
                Credit credit = new Credit(number(args[6]), millis(args[4]), millis(args[5]));
                double[] message = new double[number(args[3])];
                if (raw) {
                    RawDoubles.source(number(args[2]), message, credit);
                } else {
                    source(dispatch, number(args[2]), message, credit);
                }
                credit.report();
                System.exit(0);
            }
            default -> throw new IllegalArgumentException("role: " + args[1]);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    /** Prints where it listens, and waits for the end of the input. */
    static void serve(int port) throws IOException {
        Peer.ready();
        Peer.print("port", port);
        while (System.in.read() >= 0) {
            // Nothing is ever written to it.
        }
        System.exit(0);
    }

    /** Message {@code count} has come. */
    static void check(double[] message, long count) {
        if (message[0] != count) {
            throw Peer.failed("expected " + count + ", got " + message[0]);
        }
    }

    private static void echo(Dispatch dispatch) throws IOException {
        SocketServer server = server(dispatch);
        server.onConnection(socket -> socket.onDoubles(socket::sendDoubles));
        listen(server);
    }

    private static void ping(Dispatch dispatch, int port, double[] message, RoundTrips trips)
            throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        try (SocketClient client = client(dispatch, port)) {
            client.onDoubles(answer -> {
                check(answer, (long) message[0]);
                if (!trips.more()) {
                    done.countDown();
                    return;
                }
                message[0]++;
                send(client, message);
            });
            client.onOpen(() -> {
                trips.begin();
                send(client, message);
            });
            client.connect();
            done.await();
        }
    }

    private static void sink(Dispatch dispatch, int ackEvery) throws IOException {
        SocketServer server = server(dispatch);
        long[] received = {0};
        server.onConnection(socket ->
                socket.onDoubles(message -> {
                    check(message, received[0]);
                    if (++received[0] % ackEvery == 0) {
                        socket.sendDoubles((double) received[0]);
                    }
                }));
        listen(server);
    }

    /** Sends from a thread of its own, as a program does that has something to report. */
    private static void source(Dispatch dispatch, int port, double[] message, Credit credit)
            throws InterruptedException {
        try (SocketClient client = client(dispatch, port)) {
            client.onDoubles(ack -> credit.acknowledged((long) ack[0]));
            client.connect().join();
            long sent = 0;
            for (int granted; (granted = credit.await(sent)) > 0; ) {
                for (long end = sent + granted; sent < end; sent++) {
                    message[0] = sent;
                    send(client, message);
                }
            }
        }
    }

    private static void send(SocketClient client, double[] message) {
        if (!client.sendDoubles(message)) {
            throw Peer.failed("a message was refused");
        }
    }

    private static SocketServer server(Dispatch dispatch) {
        SocketServer server =
                SocketServer.builder(HOST, 0)
                        .receive(DataType.DOUBLE)
                        .send(DataType.DOUBLE)
                        .framed()
                        .receiveBufferSize(0)
                        .sendBufferSize(0)
                        .dispatch(dispatch)
                        .build();
        server.onError(error -> System.err.println(error.getMessage()));
        return server;
    }

    private static SocketClient client(Dispatch dispatch, int port) {
        SocketClient client =
                SocketClient.builder(HOST, port)
                        .receive(DataType.DOUBLE)
                        .send(DataType.DOUBLE)
                        .framed()
                        .receiveBufferSize(0)
                        .sendBufferSize(0)
                        .dispatch(dispatch)
                        .build();
        client.onError(error -> Peer.failed(error.toString()));
        return client;
    }

    private static void listen(SocketServer server) throws IOException {
        server.listen().join();
        serve(server.port());
    }
}
