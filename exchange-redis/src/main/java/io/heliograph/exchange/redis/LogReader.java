package io.heliograph.exchange.redis;

import io.heliograph.exchange.Broker.Continuity;
import io.heliograph.exchange.Broker.Log;
import io.heliograph.exchange.Broker.Message;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of a channel after a position. An entry is {@code offset epoch previous body}, where {@code previous} is the epoch of the entry
 * before it, or {@code =} for the same. The head is read before the entries, which may have been pushed or trimmed in between.
 */
final class LogReader {

    /**
     * Entries that are read before the position, in place of those that are pushed between the two reads. Four times as many with each further
     * attempt.
     */
    private static final int RESERVE = 16;

    private static final int MAX_TRIES = 6;

    private final PartitionKeys keys;
    private final Function<PublicationId, @Nullable String> publishers;

    /** @param publishers returns the local publisher of a message, or null */
    LogReader(PartitionKeys keys, Function<PublicationId, @Nullable String> publishers) {
        this.keys = keys;
        this.publishers = publishers;
    }

    /** Entry of the log. */
    private record Entry(Position position, Position previous, MessageBody body) {}

    /**
     * Reads.
     *
     * @return empty if the channel has no log
     */
    CompletableFuture<Optional<Log>> read(Commands commands, String channel, @Nullable Position after, int limit) {
        return read(commands, channel, after, limit, 1);
    }

    private CompletableFuture<Optional<Log>> read(
            Commands commands, String channel, @Nullable Position after, int limit, int attempt) {
        return commands.async()
                .hmget(keys.meta(channel), Commands.bytes("e"), Commands.bytes("o"))
                .toCompletableFuture()
                .thenCompose(found -> {
                    if (!found.get(0).hasValue() || !found.get(1).hasValue()) {
                        return CompletableFuture.completedFuture(Optional.empty());
                    }
                    Position head = new Position(
                            String.valueOf(Commands.text(found.get(0).getValue())),
                            Long.parseLong(
                                    String.valueOf(Commands.text(found.get(1).getValue()))));
                    if (after != null && after.offset() >= head.offset()) {
                        return done(
                                new Log(after.equals(head) ? Continuity.COMPLETE : Continuity.FORKED, List.of(), head));
                    }
                    return entries(commands, channel, after, limit, head, attempt);
                });
    }

    private CompletableFuture<Optional<Log>> entries(
            Commands commands, String channel, @Nullable Position after, int limit, Position head, int attempt) {
        // Indexes count from the end, because entries at the start may be trimmed at any time.
        long reserve = (long) RESERVE << (2 * (attempt - 1));
        long start = after == null ? 0 : -(head.offset() - after.offset() + reserve);
        long end = after == null ? limit - 1L : Math.min(-1, start + 2 * reserve + limit);
        return commands.async()
                .lrange(keys.log(channel), start, end)
                .toCompletableFuture()
                .thenCompose(found -> {
                    List<Entry> entries = found.stream().map(LogReader::entry).toList();
                    if (after == null) {
                        return done(log(afterLastHole(entries), limit, head));
                    }
                    List<Entry> following = entries.stream()
                            .filter(entry -> entry.position.offset() > after.offset())
                            .toList();
                    if (following.isEmpty() || !following.getFirst().previous.equals(after)) {
                        boolean trimmed = following.isEmpty()
                                || following.getFirst().position.offset() != after.offset() + 1;
                        boolean tooLate = trimmed && following.size() == entries.size() && entries.size() > end - start;
                        return tooLate && attempt < MAX_TRIES
                                ? read(commands, channel, after, limit, attempt + 1)
                                : done(new Log(trimmed ? Continuity.TRIMMED : Continuity.FORKED, List.of(), head));
                    }
                    return done(log(beforeFirstHole(following), limit, head));
                });
    }

    // A node whose rule keeps no history leaves holes in the log of the others.

    private static List<Entry> afterLastHole(List<Entry> entries) {
        int first = Math.max(0, entries.size() - 1);
        while (first > 0 && follows(entries, first)) {
            first--;
        }
        return entries.subList(first, entries.size());
    }

    private static List<Entry> beforeFirstHole(List<Entry> entries) {
        int end = Math.min(1, entries.size());
        while (end < entries.size() && follows(entries, end)) {
            end++;
        }
        return entries.subList(0, end);
    }

    private static boolean follows(List<Entry> entries, int index) {
        return entries.get(index).previous.equals(entries.get(index - 1).position);
    }

    private static CompletableFuture<Optional<Log>> done(Log log) {
        return CompletableFuture.completedFuture(Optional.of(log));
    }

    private Log log(List<Entry> entries, int limit, Position head) {
        List<Message> messages = new ArrayList<>();
        for (Entry entry : entries.subList(0, Math.min(limit, entries.size()))) {
            messages.add(new Message(
                    entry.position,
                    entry.previous,
                    entry.body.data(),
                    entry.body.origin(),
                    entry.body.traceContext(),
                    publishers.apply(entry.body.origin())));
        }
        if (messages.isEmpty()) {
            return new Log(Continuity.COMPLETE, messages, head);
        }
        Position last = messages.getLast().position();
        boolean more = entries.size() > limit || last.offset() < head.offset();
        return new Log(more ? Continuity.PARTIAL : Continuity.COMPLETE, messages, last);
    }

    private static Entry entry(byte[] bytes) {
        WireText text = new WireText(bytes);
        long offset = text.number();
        String epoch = text.word();
        String previous = text.word();
        return new Entry(
                new Position(epoch, offset),
                new Position(previous.equals("=") ? epoch : previous, offset - 1),
                text.body(text.remaining()));
    }
}
