package io.heliograph.exchange.memory;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.presence.Presence;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/** Engine of a single process. */
public final class InMemoryEngine implements Engine {

    private static final Duration LINGER = Duration.ofSeconds(5);

    private final InMemoryBroker broker;
    private final InMemoryPresence presence = new InMemoryPresence(LINGER, System::nanoTime);
    private final InMemoryControl control = new InMemoryControl(InstantSource.system());

    public InMemoryEngine(Function<? super String, HistoryLimits> history) {
        this.broker = new InMemoryBroker(history);
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public Presence presence() {
        return presence;
    }

    @Override
    public Control control() {
        return control;
    }

    @Override
    public void close() {
        broker.close();
        presence.close();
        control.close();
    }
}
