package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.ipc.IpcClient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Callers over IPC: the topics {@code #call} and {@code #reply}. */
final class IpcEnds {

    private static final Codec JSON = Codec.named("json");

    private IpcEnds() {}

    private static String outcome(Map<?, ?> reply) {
        if (reply.get("error") instanceof Map<?, ?> error) {
            return "error " + error.get("code") + " " + error.get("name");
        }
        return HubEnd.text(Payload.ofValue(JSON, reply.get("data")));
    }

    private static Map<String, @Nullable Object> request(int id, String procedure, Payload argument) {
        Map<String, @Nullable Object> request = new LinkedHashMap<>();
        request.put("id", id);
        request.put("procedure", procedure);
        request.put("data", argument.value());
        return request;
    }

    /** Our client. */
    static final class Ipc extends HubEnd {

        private final IpcClient client;
        private final AtomicInteger ids = new AtomicInteger();
        private final Map<Integer, CompletableFuture<Map<?, ?>>> pending = new ConcurrentHashMap<>();

        Ipc(Path file) {
            super("IPC");
            client = IpcClient.builder(file).build();
            client.topic("#reply", Map.class).on(reply -> {
                CompletableFuture<Map<?, ?>> call = pending.remove(((Number) reply.get("id")).intValue());
                if (call != null) {
                    call.complete(reply);
                }
            });
            value(client.connect());
        }

        @Override
        void publish(String channel, Payload data) {
            client.send(channel, data);
        }

        @Override
        void subscribe(String channel) {
            throw new UnsupportedOperationException("a client receives all channels");
        }

        @Override
        String call(String procedure, Payload argument) {
            int id = ids.incrementAndGet();
            CompletableFuture<Map<?, ?>> reply = new CompletableFuture<>();
            pending.put(id, reply);
            client.send("#call", request(id, procedure, argument));
            return outcome(reply.orTimeout(20, TimeUnit.SECONDS).join());
        }

        @Override
        void close() {
            client.close();
        }
    }

    /** The client of the npm package, for which these topics are ordinary topics. */
    static final class NpmIpc extends HubEnd {

        private final PeerProcess client;
        private int ids;

        NpmIpc(Path file) {
            super("IPC, npm");
            client = PeerProcess.npmClient(file);
            client.await("connect");
        }

        @Override
        void publish(String channel, Payload data) {
            client.command("send", "topic", channel, "message", data.value());
        }

        @Override
        void subscribe(String channel) {
            throw new UnsupportedOperationException("a client receives all channels");
        }

        @Override
        String call(String procedure, Payload argument) {
            client.command("send", "topic", "#call", "message", request(++ids, procedure, argument));
            Map<?, ?> reply = (Map<?, ?>) client.awaitMessage("#reply").get("message");
            if (reply == null || !Integer.valueOf(ids).equals(reply.get("id"))) {
                return "reply to another call: " + reply;
            }
            return outcome(reply);
        }

        @Override
        void close() {
            client.close();
        }
    }
}
