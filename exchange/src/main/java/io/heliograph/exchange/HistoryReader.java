package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the history of a channel, page by page. */
final class HistoryReader {

    private final BrokerLink broker;
    private final String channel;
    private final int limit;
    private final Function<Broker.Message, Publication> publication;
    private final List<Publication> read = new ArrayList<>();

    /** Whether the publications continue the requested position. */
    private boolean continuous;

    HistoryReader(BrokerLink broker, String channel, int limit, Function<Broker.Message, Publication> publication) {
        this.broker = broker;
        this.channel = channel;
        this.limit = limit;
        this.publication = publication;
    }

    CompletableFuture<History> read(@Nullable Position after) {
        return broker.read(channel, after, pageSize()).thenCompose(log -> {
            continuous = after == null ? isFromTheFirst(log) : isReadable(log);
            return isReadable(log) ? accept(log) : readRetained();
        });
    }

    private int pageSize() {
        return Math.min(MessageSequence.PAGE, limit - read.size());
    }

    private static boolean isReadable(Broker.Log log) {
        return log.continuity() == Broker.Continuity.COMPLETE || log.continuity() == Broker.Continuity.PARTIAL;
    }

    private static boolean isFromTheFirst(Broker.Log log) {
        return isReadable(log)
                && (log.messages().isEmpty()
                        ? log.head().offset() == 0
                        : log.messages().getFirst().previous().offset() == 0);
    }

    /** Reads what is retained, because the history does not continue the requested position. */
    private CompletableFuture<History> readRetained() {
        return broker.read(channel, null, pageSize()).thenCompose(this::accept);
    }

    private CompletableFuture<History> accept(Broker.Log log) {
        log.messages().stream().map(publication).forEach(read::add);
        if (log.continuity() == Broker.Continuity.PARTIAL
                && read.size() < limit
                && !log.messages().isEmpty()) {
            return broker.read(channel, log.head(), pageSize()).thenCompose(this::accept);
        }
        if (!isReadable(log)) {
            // Trimmed while it was read.
            continuous = false;
        }
        Position head = read.isEmpty() ? log.head() : read.getLast().position();
        return CompletableFuture.completedFuture(new History(read, head, continuous));
    }
}
