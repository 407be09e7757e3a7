package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import java.util.concurrent.CountDownLatch;

/** Heliograph contestant: typed listeners and {@code sendDoubles}, as applications write them. */
final class HelioDoubles {

    private static final String HOST = "127.0.0.1";

    private HelioDoubles() {}

    static void echo(Dispatch dispatch) {
        SocketServer server = server(dispatch);
        server.onConnection(socket -> socket.onDoubles(socket::sendDoubles));
        listen(server);
    }

    static void ping(Dispatch dispatch, int port, double[] message, RoundTrips trips) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        try (SocketClient client = client(dispatch, port)) {
            client.onDoubles(answer -> {
                SocketPeer.check(answer, (long) message[0]);
                if (!trips.more()) {
                    done.countDown();
                    return;
                }
                message[0]++;
                send(client, message);
            });
            client.onConnect(() -> {
                trips.begin();
                send(client, message);
            });
            client.connect();
            done.await();
        }
    }

    static void sink(Dispatch dispatch, Receipts receipts) {
        SocketServer server = server(dispatch);
        long[] received = {0};
        server.onConnection(socket -> socket.onDoubles(message -> {
            SocketPeer.check(message, received[0]++);
            receipts.received(1, count -> socket.sendDoubles((double) count));
        }));
        listen(server);
    }

    /** Sends on its own thread, as an application that reports values does. */
    static void source(Dispatch dispatch, int port, double[] message, Credit credit) throws InterruptedException {
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
            credit.awaitAll(sent);
        }
    }

    private static void send(SocketClient client, double[] message) {
        if (!client.sendDoubles(message)) {
            throw Peer.failed("a message was refused");
        }
    }

    private static SocketServer server(Dispatch dispatch) {
        SocketServer server = SocketServer.builder(HOST, 0)
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
        SocketClient client = SocketClient.builder(HOST, port)
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

    private static void listen(SocketServer server) {
        server.listen().join();
        SocketPeer.ready(server.port());
        server.closed().join(); // the driver terminates this process
    }
}
