package io.heliograph.exchange;

import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.memory.InMemoryEngine;
import io.heliograph.exchange.presence.Presence;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Connects the nodes of an exchange. The {@link #broker()} belongs to one {@link Exchange}. */
public interface Engine extends AutoCloseable {

    /** Returns an engine for a single process, without history. */
    static Engine inMemory() {
        return inMemory(channel -> HistoryLimits.none());
    }

    /**
     * Returns an engine for a single process.
     *
     * @param history limits for each channel; see {@link Broker#inMemory(Function)}
     */
    static Engine inMemory(Function<? super String, HistoryLimits> history) {
        return new InMemoryEngine(history);
    }

    Broker broker();

    Presence presence();

    Control control();

    /**
     * Flushes the accepted publications and leaves the other nodes, before {@link #close}. Nothing is published, entered or sent afterwards.
     *
     * @return complete when the engine may be closed
     */
    default CompletableFuture<Void> drain() {
        return broker().drain();
    }

    /** Closes broker, presence and control. */
    @Override
    void close();
}
