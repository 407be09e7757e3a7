package io.heliograph.server.hub;

import io.heliograph.server.Drain;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drain of a hub, by a plan: the end of readiness, of listening, and of the connections. The members of a MessageChannel stay until the hub closes.
 * Event loop of the hub only, unless a method says otherwise.
 */
final class HubDrain {

    private static final Logger log = LoggerFactory.getLogger(HubDrain.class);

    /** Time in which a client must answer the close. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** Time for the handshakes of connections that the system has accepted before the end of listening. */
    private static final Duration HANDSHAKES = Duration.ofSeconds(1);

    private final HubCore core;
    private final EventLoop loop;
    private final Drain plan;
    private final Supplier<CompletableFuture<?>> stopListening;
    private final Runnable finish;
    private final RandomGenerator random;

    private final Set<HubConnection> known = new HashSet<>();
    private final ArrayDeque<HubConnection> waiting = new ArrayDeque<>();
    private final Set<HubConnection> closing = new HashSet<>();

    /** Connections that are closed after the others. */
    private final List<HubConnection> last = new ArrayList<>();

    /** Connections that were accepted during the drain, and are not being closed yet. */
    private int late;

    private long turns;
    private int closed;
    private int aborted;
    private boolean begun;
    private boolean settled;
    private boolean finished;
    private long endsAt;

    /**
     * @param stopListening stops the listeners; completes when their addresses are released
     * @param finish closes the hub
     */
    HubDrain(
            HubCore core,
            EventLoop loop,
            Drain plan,
            Supplier<CompletableFuture<?>> stopListening,
            Runnable finish,
            RandomGenerator random) {
        this.core = core;
        this.loop = loop;
        this.plan = plan;
        this.stopListening = stopListening;
        this.finish = finish;
        this.random = random;
    }

    private boolean isRolling() {
        return plan.mode() == Drain.Mode.ROLLING;
    }

    void start() {
        core.ready(false);
        log.info(
                "Drain started connections={} mode={} delay={} time={}",
                core.connections().size(),
                plan.mode(),
                plan.delay(),
                plan.time());
        after(plan.delay(), this::stop);
    }

    private void after(Duration delay, Runnable task) {
        if (delay.isZero() || delay.isNegative()) {
            task.run();
            return;
        }
        try {
            loop.schedule(delay, task);
        } catch (RejectedExecutionException closing) {
            // The hub has closed meanwhile.
        }
    }

    private void stop() {
        if (!isRolling()) {
            core.webServers().refuseUpgrades(plan.time());
        }
        stopListening.get().whenComplete((done, failure) -> loop.executeOrRun(this::begin));
    }

    private void begin() {
        begun = true;
        endsAt = loop.nanoTime() + plan.time().toNanos();
        List<HubConnection> present = new ArrayList<>(core.connections());
        Collections.shuffle(present, Random.from(random));
        if (isRolling()) {
            present.stream().filter(this::isNew).forEach(waiting::add);
            if (!waiting.isEmpty()) {
                closeDue(loop.nanoTime(), plan.time().toNanos() / waiting.size());
            }
            after(shorter(HANDSHAKES, plan.time()), this::settled);
        } else {
            present.stream().filter(this::isNew).forEach(this::restart);
            settled();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Records a connection; false for one that is known, or that the hub cannot close. */
    private boolean isNew(HubConnection connection) {
        return !connection.protocol().equals("channel") && known.add(connection);
    }

    private void settled() {
        settled = true;
        proceed();
    }

    /** Handles a connection that was accepted during the drain. Thread-safe. */
    void connected(HubConnection connection) {
        loop.executeOrRun(() -> {
            if (!begun || !isNew(connection)) {
                return; // begin() finds the connection
            }
            if (isRolling()) {
                late++;
                long left = Math.max(0, endsAt - loop.nanoTime());
                after(Duration.ofNanos((long) (random.nextDouble() * left)), () -> {
                    late--;
                    close(connection);
                    proceed();
                });
            } else {
                restart(connection);
            }
        });
    }

    /** Closes the connections whose time has come, so that a delay of the event loop does not extend the window. */
    private void closeDue(long begin, long interval) {
        while (!waiting.isEmpty() && loop.nanoTime() - begin >= turns * interval) {
            turns++;
            close(waiting.remove());
        }
        if (!waiting.isEmpty()) {
            after(Duration.ofNanos(begin + turns * interval - loop.nanoTime()), () -> closeDue(begin, interval));
        }
        proceed();
    }

    private void restart(HubConnection connection) {
        if (connection.protocol().equals("rpc") && !finished) {
            last.add(connection);
        } else {
            close(connection);
        }
    }

    private void close(HubConnection connection) {
        if (core.connection(connection.id()) == null) {
            return; // the client has disconnected
        }
        closing.add(connection);
        Duration delay = isRolling()
                ? Duration.ZERO
                : Duration.ofMillis(
                        random.nextLong(1, 1 + Math.max(1, plan.time().toMillis())));
        ConnectionDrain drain = new ConnectionDrain(connection, new ReconnectHint(delay));
        connection.onLoop(() -> {
            if (!connection.isClosed()) {
                drain.begin(plan.grace());
            }
        });
        after(plan.grace().plus(CLOSE_TIMEOUT), () -> closed(connection, true));
    }

    /** Handles the end of a connection. Thread-safe. */
    void disconnected(HubConnection connection) {
        loop.executeOrRun(() -> closed(connection, false));
    }

    private void closed(HubConnection connection, boolean timedOut) {
        if (closing.remove(connection)) {
            closed++;
            aborted += timedOut ? 1 : 0;
            proceed();
        }
    }

    /** Continues when the connections of a step have closed. */
    private void proceed() {
        if (late > 0 || !closing.isEmpty() || !waiting.isEmpty() || !settled || finished) {
            return;
        }
        if (!last.isEmpty()) {
            List<HubConnection> rpc = List.copyOf(last);
            last.clear();
            rpc.forEach(this::close);
            proceed();
            return;
        }
        finished = true;
        core.webServers().refuseUpgrades(plan.time());
        log.info("Drain finished connections={} aborted={}", closed, aborted);
        finish.run();
    }

    /** Thread-safe after the close of the hub. */
    Drain.Result result() {
        return new Drain.Result(closed, aborted);
    }
}
