package io.heliograph.exchange.redis;

import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Messages that a partition sends in one call, under a number. Guarded by its queue. */
final class Batch {

    /** Message to publish. */
    static final class Entry {
        final String channel;
        final HistoryLimits history;
        final byte[] body;
        final @Nullable PublicationId id;
        final @Nullable String publisher;
        final long number;
        final long since;
        final CompletableFuture<Position> outcome = new CompletableFuture<>();

        Entry(
                String channel,
                HistoryLimits history,
                byte[] body,
                @Nullable PublicationId id,
                @Nullable String publisher,
                long number,
                long since) {
            this.channel = channel;
            this.history = history;
            this.body = body;
            this.id = id;
            this.publisher = publisher;
            this.number = number;
            this.since = since;
        }

        /** Completes with a result of the function: a position, {@code ?} for a forgotten id, empty for a forgotten result. */
        void complete(String result) {
            if (result.equals("?") && id != null) {
                outcome.completeExceptionally(new IllegalStateException("the outcome of publication " + id.sequence()
                        + " is unknown (expected: one of the last 16 sequences of its publisher, or a higher one)"));
            } else if (result.isEmpty()) {
                outcome.completeExceptionally(
                        new IllegalStateException("the message was published, and its position is not known any more"));
            } else {
                outcome.complete(Position.parse(result));
            }
        }
    }

    final long number;
    final List<Entry> entries;
    final long bytes;

    /** Number of the present attempt. Answers to earlier ones are ignored. */
    int attempt;

    boolean answered;
    long answeredAt;

    Batch(long number, List<Entry> entries, long bytes) {
        this.number = number;
        this.entries = entries;
        this.bytes = bytes;
    }

    /** Returns the publisher of the message with a number, or null. */
    @Nullable
    String publisher(long message) {
        long index = message - entries.getFirst().number;
        return index >= 0 && index < entries.size() ? entries.get((int) index).publisher : null;
    }

    /** Keys and arguments of the function {@code publish}. */
    record Call(List<byte[]> keys, List<byte[]> arguments) {}

    /**
     * Returns the call of the function.
     *
     * @param term term for this attempt, if the function needs a new one
     * @param base number from which the pipeline began or resumed
     */
    Call call(PartitionKeys keys, String pipeline, String term, long base, Duration idWindow) {
        Map<String, Integer> channels = new LinkedHashMap<>();
        List<byte[]> names = new ArrayList<>();
        names.add(keys.term());
        names.add(keys.pipeline(pipeline));
        List<byte[]> perChannel = new ArrayList<>();
        for (Entry entry : entries) {
            if (channels.putIfAbsent(entry.channel, channels.size() + 1) == null) {
                names.add(keys.meta(entry.channel));
                names.add(keys.log(entry.channel));
                names.add(keys.topic(entry.channel));
                perChannel.add(Commands.bytes(entry.history.count()));
                perChannel.add(Commands.bytes(entry.history.age().toMillis()));
                perChannel.add(
                        Commands.bytes(RedisOptions.retention(entry.history).toMillis()));
            }
        }
        List<byte[]> arguments = new ArrayList<>(6 + perChannel.size() + 4 * entries.size());
        arguments.add(Commands.bytes(term));
        arguments.add(Commands.bytes(number));
        arguments.add(Commands.bytes(base));
        arguments.add(Commands.bytes(System.currentTimeMillis()));
        arguments.add(Commands.bytes(idWindow.toMillis()));
        arguments.add(Commands.bytes(channels.size()));
        arguments.addAll(perChannel);
        for (Entry entry : entries) {
            arguments.add(Commands.bytes(channels.getOrDefault(entry.channel, 0)));
            arguments.add(entry.body);
            if (entry.id == null) {
                arguments.add(Commands.bytes(0));
                arguments.add(Commands.bytes(""));
            } else {
                names.add(keys.ids(entry.channel, entry.id.publisher()));
                arguments.add(Commands.bytes(names.size()));
                // Sequences are compared as texts of one length: numbers of the functions have 53 bits.
                arguments.add(Commands.bytes("%019d".formatted(entry.id.sequence())));
            }
        }
        return new Call(names, arguments);
    }
}
