package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Heliograph contestant: typed listeners and plain sends, as applications write them; all options except dispatch have
 * their defaults.
 */
final class HelioPeer {

    private HelioPeer() {}

    static void echo(Path socket, Dispatch dispatch) {
        IpcServer server = server(socket, dispatch);
        server.topic("echo", Ping.class).on((ping, client) -> client.send("echo", ping));
        listen(server);
    }

    static void ping(Path socket, Dispatch dispatch, Ping first, RoundTrips trips) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Ping[] expected = {first};
        try (IpcClient client = client(socket, dispatch)) {
            client.topic("echo", Ping.class).on(ping -> {
                ping.expect(expected[0]);
                if (!trips.more()) {
                    done.countDown();
                    return;
                }
                expected[0] = ping.next();
                send(client, "echo", expected[0]);
            });
            client.onConnect(connection -> {
                trips.begin();
                send(client, "echo", first);
            });
            client.connect();
            done.await();
        }
    }

    static void sink(Path socket, Dispatch dispatch, Receipts receipts) {
        IpcServer server = server(socket, dispatch);
        server.topic("reading", Reading.class)
                .on((reading, client) -> receipts.received(reading, count -> client.send("ack", count)));
        listen(server);
    }

    /** Sends on its own thread, as an application that reports values does. */
    static void source(Path socket, Dispatch dispatch, Credit credit) throws InterruptedException {
        try (IpcClient client = client(socket, dispatch)) {
            client.topic("ack", Long.class).on(credit::acknowledged);
            client.connect().join();
            long sent = 0;
            for (int granted; (granted = credit.await(sent)) > 0; ) {
                for (long end = sent + granted; sent < end; sent++) {
                    send(client, "reading", Reading.of(sent));
                }
            }
            credit.awaitAll(sent);
        }
    }

    private static void send(IpcClient client, String topic, Object message) {
        if (!client.send(topic, message)) {
            throw Peer.failed("a message was refused: " + message);
        }
    }

    private static IpcServer server(Path socket, Dispatch dispatch) {
        IpcServer server = IpcServer.builder(socket).dispatch(dispatch).build();
        server.onError(error -> Peer.failed(error.toString()));
        return server;
    }

    private static IpcClient client(Path socket, Dispatch dispatch) {
        IpcClient client = IpcClient.builder(socket).dispatch(dispatch).build();
        client.onError(error -> Peer.failed(error.toString()));
        return client;
    }

    private static void listen(IpcServer server) {
        server.listen().join();
        Peer.ready();
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            server.close();
        }
    }
}
