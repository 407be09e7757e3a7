package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.Broker.Continuity;
import io.heliograph.exchange.Broker.Log;
import io.heliograph.exchange.Broker.Message;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import io.lettuce.core.KeyValue;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.PipelinedRedisFuture;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of a log that changes between the reads of its head and of its entries. */
class LogReaderTest {

    private final LogReader reader = new LogReader(new PartitionKeys("helio", "0"), origin -> null);
    private final List<byte[]> entries = new ArrayList<>();
    private int head;
    private int limit = 10_000;
    private Runnable afterHead = () -> {};

    private final Commands commands = new Commands(commands());

    @SuppressWarnings("unchecked")
    private RedisAsyncCommands<byte[], byte[]> commands() {
        return (RedisAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RedisAsyncCommands.class},
                (proxy, method, arguments) -> new PipelinedRedisFuture<>(CompletableFuture.completedFuture(
                        switch (method.getName()) {
                            case "hmget" -> head();
                            case "lrange" -> range((Long) arguments[1], (Long) arguments[2]);
                            default -> throw new UnsupportedOperationException(method.getName());
                        })));
    }

    private Object head() {
        List<KeyValue<byte[], byte[]>> found = List.of(
                KeyValue.just(Commands.bytes("e"), Commands.bytes("e")),
                KeyValue.just(Commands.bytes("o"), Commands.bytes(head)));
        afterHead.run();
        return found;
    }

    private Object range(long start, long end) {
        int from = (int) Math.max(0, start < 0 ? start + entries.size() : start);
        int to = (int) Math.min(entries.size(), (end < 0 ? end + entries.size() : end) + 1);
        return from >= to ? List.of() : List.copyOf(entries.subList(from, to));
    }

    private void push(int count) {
        for (int i = 0; i < count; i++) {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            entry.writeBytes(Commands.bytes(++head + " e = "));
            entry.writeBytes(new MessageBody(new PublicationId("pipe", head), null, null).encode());
            entries.add(entry.toByteArray());
        }
        if (entries.size() > limit) {
            entries.subList(0, entries.size() - limit).clear();
        }
    }

    @BeforeEach
    void pushTen() {
        push(10);
    }

    private Log read(@Nullable Integer after, int count) {
        Position position = after == null ? null : new Position("e", after);
        return value(reader.read(commands, "news", position, count)).orElseThrow();
    }

    private static List<Long> offsets(Log log) {
        return log.messages().stream()
                .map(Message::position)
                .map(Position::offset)
                .toList();
    }

    @Test
    void messagesPushedDuringTheReadAreNoGap() {
        afterHead = () -> push(128);
        Log log = read(5, 3);
        assertThat(log.continuity()).isEqualTo(Continuity.PARTIAL);
        assertThat(offsets(log)).containsExactly(6L, 7L, 8L);
    }

    @Test
    void positionTrimmedDuringTheReadIsTooOld() {
        limit = 20;
        afterHead = () -> push(128);
        assertThat(read(5, 3).continuity()).isEqualTo(Continuity.TRIMMED);
    }

    @Test
    void everyOffsetContinues() {
        for (int after = 0; after < 10; after++) {
            Log log = read(after, 100);
            assertThat(log.continuity()).isEqualTo(Continuity.COMPLETE);
            assertThat(offsets(log)).first().isEqualTo(after + 1L);
            assertThat(log.head()).isEqualTo(new Position("e", 10));
        }
        assertThat(read(10, 100).messages()).isEmpty();
    }

    @Test
    void logWithHoleIsReadAfterTheHole() {
        entries.remove(6);
        assertThat(offsets(read(null, 100))).containsExactly(8L, 9L, 10L);
    }

    @Test
    void logIsReadUpToAHoleWhichIsAGap() {
        entries.remove(6);
        Log before = read(3, 100);
        assertThat(before.continuity()).isEqualTo(Continuity.PARTIAL);
        assertThat(offsets(before)).containsExactly(4L, 5L, 6L);
        assertThat(read(6, 100).continuity()).isEqualTo(Continuity.TRIMMED);
    }
}
