package io.heliograph.interop;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.testkit.Scratch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Servers, clients and peer processes of one test, with their socket files, closed and deleted after it. */
final class InteropScratch extends Scratch {

    /** A server of ours that listens. */
    RecordedServer server(Path socketFile) {
        return server(socketFile, builder -> builder);
    }

    RecordedServer server(Path socketFile, UnaryOperator<IpcServer.Builder> options) {
        RecordedServer server = unstartedServer(socketFile, options);
        server.listen();
        return server;
    }

    RecordedServer unstartedServer(Path socketFile, UnaryOperator<IpcServer.Builder> options) {
        return closing(
                new RecordedServer(options.apply(IpcServer.builder(socketFile)).build()));
    }

    /** A client of ours that connects, with delays of 50 ms unless the options say otherwise. */
    RecordedClient client(Path socketFile) {
        return client(socketFile, builder -> builder);
    }

    RecordedClient client(Path socketFile, UnaryOperator<IpcClient.Builder> options) {
        RecordedClient client = unstartedClient(socketFile, options);
        client.connect();
        return client;
    }

    RecordedClient unstartedClient(Path socketFile, UnaryOperator<IpcClient.Builder> options) {
        io.heliograph.Delay pause = io.heliograph.Delay.fixed(Duration.ofMillis(50));
        IpcClient.Builder builder =
                IpcClient.builder(socketFile).retryDelay(pause).reconnectDelay(pause);
        return closing(new RecordedClient(options.apply(builder).build()));
    }

    PeerProcess npmServer(Path socketFile, Object... options) {
        PeerProcess peer = closing(PeerProcess.npmServer(socketFile, options));
        peer.await("ready");
        return peer;
    }

    PeerProcess npmClient(Path socketFile, Object... options) {
        return closing(PeerProcess.npmClient(socketFile, options));
    }

    /** A server of ours in a process of its own. */
    PeerProcess javaServer(Path socketFile) {
        PeerProcess peer = closing(PeerProcess.java(JavaPeer.class, "server", socketFile.toString()));
        peer.await("ready");
        return peer;
    }

    /** A client of ours in a process of its own. */
    PeerProcess javaClient(Path socketFile) {
        return closing(PeerProcess.java(JavaPeer.class, "client", socketFile.toString()));
    }
}
