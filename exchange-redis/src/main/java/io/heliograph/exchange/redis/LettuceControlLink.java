package io.heliograph.exchange.redis;

import io.heliograph.internal.Failures;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls of the control functions on a link. Thread-safe. */
final class LettuceControlLink implements ControlLink {

    /** Limits the time of a call. A link that does not deliver is lost earlier. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final RedisLink link;
    private final Set<Pending> pending = ConcurrentHashMap.newKeySet();

    /** Call without a reply. Compared by identity. */
    private static final class Pending {
        final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
    }

    LettuceControlLink(RedisLink link) {
        this.link = link;
        link.add(new RedisLink.Listener() {
            @Override
            public void opened(RedisLink opened) {}

            @Override
            public void lost(RedisLink lost) {
                // The client library does not complete every command of a lost connection.
                for (Pending each : pending) {
                    each.result.completeExceptionally(link.notConnected());
                }
            }

            @Override
            public void received(String topic, byte[] message) {}

            @Override
            public void ended(String topic) {}
        });
    }

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
        Commands commands = link.commands();
        if (commands == null) {
            result.completeExceptionally(link.notConnected());
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
                    if (Commands.isMoved(cause)) {
                        link.drop(String.valueOf(cause.getMessage()));
                    }
                    return CompletableFuture.<@Nullable Object>failedFuture(cause);
                })
                .thenCompose(reply -> reply);
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
    public void listen(String channel, Consumer<String> message, Runnable connected) {
        link.add(new RedisLink.Listener() {
            @Override
            public void opened(RedisLink opened) {
                opened.subscribe(List.of(Commands.bytes(channel))).thenRun(connected);
            }

            @Override
            public void lost(RedisLink lost) {
                // The next beat fails, and the one after the reconnection compares.
            }

            @Override
            public void received(String topic, byte[] received) {
                if (topic.equals(channel)) {
                    message.accept(new String(received, StandardCharsets.UTF_8));
                }
            }

            @Override
            public void ended(String topic) {
                if (topic.equals(channel) && link.isOpen()) {
                    opened(link);
                }
            }
        });
    }
}
