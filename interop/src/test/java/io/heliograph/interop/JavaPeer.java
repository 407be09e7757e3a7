package io.heliograph.interop;

import io.heliograph.Delay;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Server or client in a separate process that a test can kill. Echoes every message, prints events like the Node peers, and exits
 * at the end of its standard input.
 */
final class JavaPeer {

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private JavaPeer() {}

    public static void main(String[] arguments) throws IOException {
        Path socketFile = Path.of(arguments[1]);
        AutoCloseable endpoint = arguments[0].equals("server") ? server(socketFile) : client(socketFile);
        while (System.in.read() >= 0) {
            // Commands are not needed.
        }
        System.err.println("input of " + endpoint + " has ended");
        System.exit(0);
    }

    private static IpcServer server(Path socketFile) {
        IpcServer server = IpcServer.builder(socketFile).build();
        server.onListening(() -> print("ready", null));
        server.onConnection(client -> print("connection", client.id()));
        server.onMessage((message, client) ->
                client.send(message.topic(), message.payload().value()));
        server.onError(error -> print("error", error.toString()));
        server.listen();
        return server;
    }

    private static IpcClient client(Path socketFile) {
        IpcClient client = IpcClient.builder(socketFile)
                .retryDelay(Delay.fixed(Duration.ofMillis(50)))
                .reconnectDelay(Delay.fixed(Duration.ofMillis(50)))
                .build();
        client.onConnect(connection -> print("connect", null));
        client.onMessage(
                message -> client.send(message.topic(), message.payload().value()));
        client.onError(error -> print("error", error.toString()));
        client.connect();
        return client;
    }

    private static void print(String event, @Nullable String detail) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.put("detail", detail);
        OUT.println(JsonMapper.shared().writeValueAsString(fields));
    }
}
