package io.heliograph.interop;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.testkit.Scratch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Servers, clients, peer processes and socket files of one test, closed and deleted after it. */
final class InteropScratch extends Scratch {

    /** Starts our server. */
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

    /** Connects our client, with delays of 50 ms unless {@code options} override them. */
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

    /** Starts our server in a new process. */
    PeerProcess javaServer(Path socketFile) {
        PeerProcess peer = closing(PeerProcess.java(JavaPeer.class, "server", socketFile.toString()));
        peer.await("ready");
        return peer;
    }

    /** Starts our client in a new process. */
    PeerProcess javaClient(Path socketFile) {
        return closing(PeerProcess.java(JavaPeer.class, "client", socketFile.toString()));
    }
}
