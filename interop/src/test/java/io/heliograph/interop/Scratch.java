package io.heliograph.interop;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A folder with a short name for one test, and everything that is to be closed after it, last opened first. */
final class Scratch implements BeforeEachCallback, AfterEachCallback {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private Path folder = Path.of("");

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("hg");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Exception failure = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                failure = e;
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** A path in the folder. */
    Path socket(String name) {
        return folder.resolve(name);
    }

    /** Closes {@code resource} after the test. */
    <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

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
