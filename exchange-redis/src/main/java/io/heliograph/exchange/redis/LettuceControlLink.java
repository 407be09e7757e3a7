package io.heliograph.exchange.redis;

import io.heliograph.NotConnectedException;
import io.heliograph.internal.Failures;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls of the control functions on a link. Thread-safe. */
final class LettuceControlLink implements ControlLink, PartitionClient {

    /** Limits the time of a call. A link that does not deliver is lost earlier. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final PartitionKeys keys;
    private final Masters masters;
    private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();

    private volatile @Nullable RedisLink link;

    /** Call without a reply. Compared by identity. */
    private static final class Pending {
        final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
    }

    /** Receivers of a pub/sub channel. */
    private record Topic(Consumer<String> message, Runnable connected) {}

    LettuceControlLink(PartitionKeys keys, Masters masters) {
        this.keys = keys;
        this.masters = masters;
    }

    // ---- link

    @Override
    public PartitionKeys keys() {
        return keys;
    }

    @Override
    public void attach(RedisLink opened) {
        link = opened;
        topics.keySet().forEach(topic -> subscribe(opened, topic));
    }

    private void subscribe(RedisLink on, String topic) {
        on.subscribe(List.of(Commands.bytes(topic))).whenComplete((done, failure) -> {
            Topic known = topics.get(topic);
            if (failure != null) {
                masters.doubt(on, Failures.unwrap(failure));
            } else if (known != null) {
                known.connected().run();
            }
        });
    }

    @Override
    public void detach(RedisLink lost) {
        if (lost.equals(link)) {
            link = null;
            // The client library does not complete every command of a lost connection.
            for (Pending each : pending) {
                each.result.completeExceptionally(lost.notConnected());
            }
        }
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
        RedisLink current = link;
        if (current != null && topics.containsKey(topic)) {
            subscribe(current, topic);
        }
    }

    // ---- calls

    @Override
    public CompletableFuture<@Nullable Object> call(String function, List<String> keys, List<String> arguments) {
        List<byte[]> keyBytes = keys.stream().map(Commands::bytes).toList();
        List<byte[]> argumentBytes = arguments.stream().map(Commands::bytes).toList();
        return call(function, keyBytes, argumentBytes, true);
    }

    private CompletableFuture<@Nullable Object> call(
            String function, List<byte[]> keys, List<byte[]> arguments, boolean again) {
        Pending call = new Pending();
        CompletableFuture<@Nullable Object> result = call.result;
        // Before the connection is read, so that its loss completes the call.
        pending.add(call);
        result.whenComplete((reply, failure) -> pending.remove(call));
        RedisLink current = link;
        Commands commands = current == null ? null : current.commands();
        if (current == null || commands == null) {
            result.completeExceptionally(masters.notConnected());
            return result;
        }
        commands.<Object>call(ScriptOutputType.OBJECT, function, keys, arguments)
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        result.complete(reply);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
        return result.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .handle((reply, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.<@Nullable Object>completedFuture(text(reply));
                    }
                    Throwable cause = Failures.unwrap(failure);
                    if (again && Commands.isFunctionMissing(cause)) {
                        return RedisLink.load(commands).thenCompose(loaded -> call(function, keys, arguments, false));
                    }
                    masters.doubt(current, cause);
                    return CompletableFuture.<@Nullable Object>failedFuture(cause);
                })
                .thenCompose(reply -> reply);
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
        RedisLink current = link;
        if (current != null) {
            subscribe(current, topic);
        }
    }
}
