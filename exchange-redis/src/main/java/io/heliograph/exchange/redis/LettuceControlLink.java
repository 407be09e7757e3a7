package io.heliograph.exchange.redis;

import io.heliograph.NotConnectedException;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls of the control functions on a link. Thread-safe. */
final class LettuceControlLink implements ControlLink, PartitionClient {

    /** Limits the time of a call. A link that does not deliver is lost earlier. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final PartitionKeys keys;
    private final Masters masters;
    private final PartitionLink link;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();

    /** Receivers of a pub/sub channel. */
    private record Topic(Consumer<String> message, Runnable connected) {}

    LettuceControlLink(PartitionKeys keys, Masters masters) {
        this.keys = keys;
        this.masters = masters;
        this.link = new PartitionLink(masters, TIMEOUT);
    }

    // ---- link

    @Override
    public PartitionKeys keys() {
        return keys;
    }

    @Override
    public void attach(RedisLink opened) {
        link.attach(opened);
        topics.keySet().forEach(topic -> subscribe(opened, topic));
    }

    private void subscribe(RedisLink on, String topic) {
        link.subscribe(on, Commands.bytes(topic)).thenRun(() -> {
            Topic known = topics.get(topic);
            if (known != null) {
                known.connected().run();
            }
        });
    }

    @Override
    public void detach(RedisLink lost) {
        link.detach(lost);
    }

    @Override
    public void received(String topic, byte[] message) {
        Topic known = topics.get(topic);
        if (known != null) {
            known.message().accept(new String(message, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void ended(String topic) {
        RedisLink current = link.current();
        if (current != null && topics.containsKey(topic)) {
            subscribe(current, topic);
        }
    }

    // ---- calls

    @Override
    public CompletableFuture<@Nullable Object> call(String function, List<String> keys, List<String> arguments) {
        List<byte[]> keyBytes = keys.stream().map(Commands::bytes).toList();
        List<byte[]> argumentBytes = arguments.stream().map(Commands::bytes).toList();
        return link.<@Nullable Object>ask(
                        commands -> commands.call(ScriptOutputType.OBJECT, function, keyBytes, argumentBytes))
                .thenApply(LettuceControlLink::text);
    }

    @Override
    public NotConnectedException notConnected() {
        return masters.notConnected();
    }

    /** Decodes the strings of a reply. */
    private static @Nullable Object text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (reply instanceof List<?> list) {
            List<@Nullable Object> decoded = new ArrayList<>(list.size());
            list.forEach(each -> decoded.add(text(each)));
            return decoded;
        }
        return reply;
    }

    @Override
    public void listen(String topic, Consumer<String> message, Runnable connected) {
        topics.put(topic, new Topic(message, connected));
        RedisLink current = link.current();
        if (current != null) {
            subscribe(current, topic);
        }
    }
}
