package io.heliograph.exchange.redis;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.exchange.Broker;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Printable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publications of one partition, in order. What waits is sent in batches, at most four at a time. Batches are numbered, so that one that is sent
 * again changes nothing, and kept for a while after their confirmation, so that what a new master lacks is published again. Thread-safe.
 */
final class PublishQueue {

    private static final int MAX_IN_FLIGHT = 4;
    private static final int MAX_BATCH_LENGTH = 128;
    private static final int MAX_BATCH_BYTES = 256 << 10;

    /** Overhead of a message besides its body. */
    private static final int OVERHEAD = 128;

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONG_PAUSE = Duration.ofSeconds(1);

    /** Destination of the batches, which also runs tasks after a pause. */
    interface Target {

        /** The commands of the master; null while it is not reachable. */
        @Nullable
        Commands commands();

        /** The master answered that it is not the master, or that a function is missing. */
        void doubt(Throwable failure);

        void schedule(Duration delay, Runnable task);
    }

    private final RedisOptions options;
    private final PartitionKeys keys;
    private final String pipeline;
    private final Target target;
    private final Consumer<Throwable> onFailure;
    private final LongSupplier clock;

    // Guarded by this.
    private final ArrayDeque<Batch.Entry> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> kept = new ArrayDeque<>();
    private final List<CompletableFuture<Void>> drains = new ArrayList<>();
    private long waitingBytes;
    private long keptBytes;
    private long nextMessage = 1;
    private long nextBatch = 1;
    private long base = 1;
    private int inFlight;
    private boolean paused = true;
    private int resumes;
    private boolean suspended;
    private long suspendedAt;

    /** Number up to which lost batches have been reported, and the time of the last confirmation. */
    private long reported;

    private long confirmedAt;
    private boolean closed;

    /** Kept batches by the number of their first message. */
    private final ConcurrentSkipListMap<Long, Batch> byMessage = new ConcurrentSkipListMap<>();

    /**
     * @param pipeline name of this queue, unique among all queues of all nodes
     * @param clock nanoseconds
     */
    PublishQueue(
            RedisOptions options,
            PartitionKeys keys,
            String pipeline,
            Target target,
            Consumer<Throwable> onFailure,
            LongSupplier clock) {
        this.options = options;
        this.keys = keys;
        this.pipeline = pipeline;
        this.target = target;
        this.onFailure = onFailure;
        this.clock = clock;
    }

    CompletableFuture<Position> publish(String channel, HistoryLimits history, Broker.Draft draft) {
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(closedFailure(true));
            }
            if (target.commands() == null && options.whileDisconnected() == WhileDisconnected.FAIL) {
                return CompletableFuture.failedFuture(
                        new NotConnectedException("Redis at " + options.addresses() + " is not available"));
            }
            long number = nextMessage;
            byte[] body =
                    new MessageBody(new PublicationId(pipeline, number), draft.traceContext(), draft.data()).encode();
            if (waitingBytes + body.length + OVERHEAD > options.maxPendingBytes() && !waiting.isEmpty()) {
                return CompletableFuture.failedFuture(new QueueFullException(
                        "publications that wait for Redis: " + waitingBytes + " bytes (expected: at most "
                                + options.maxPendingBytes() + ", the engine's maxPendingBytes)",
                        options.maxPendingBytes()));
            }
            nextMessage++;
            Batch.Entry entry =
                    new Batch.Entry(channel, history, body, draft.id(), draft.publisher(), number, clock.getAsLong());
            waiting.add(entry);
            waitingBytes += body.length + OVERHEAD;
            send();
            return entry.outcome;
        }
    }

    /** Sends what waits. Guarded by this. */
    private void send() {
        Commands commands = target.commands();
        while (commands != null && !paused && inFlight < MAX_IN_FLIGHT && !waiting.isEmpty()) {
            List<Batch.Entry> entries = new ArrayList<>();
            long bytes = 0;
            while (!waiting.isEmpty()
                    && entries.size() < MAX_BATCH_LENGTH
                    && (entries.isEmpty() || bytes + waiting.element().body.length <= MAX_BATCH_BYTES)) {
                Batch.Entry entry = waiting.remove();
                entries.add(entry);
                bytes += entry.body.length;
                waitingBytes -= entry.body.length + OVERHEAD;
            }
            Batch batch = new Batch(nextBatch++, List.copyOf(entries), bytes);
            kept.add(batch);
            keptBytes += bytes;
            byMessage.put(entries.getFirst().number, batch);
            transmit(batch, commands);
        }
    }

    private void transmit(Batch batch, Commands commands) {
        int attempt = ++batch.attempt;
        inFlight++;
        // A new term for each attempt: one that a lost master applied must not lend its term to the next master.
        Batch.Call call = batch.call(keys, pipeline, Terms.next(), base, options.idWindow());
        commands.call("publish", call.keys(), call.arguments())
                .whenComplete((answer, failure) -> answered(batch, attempt, answer, failure));
    }

    private void answered(Batch batch, int attempt, @Nullable List<Object> answer, @Nullable Throwable failure) {
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            if (batch.attempt != attempt || closed) {
                return;
            }
            inFlight--;
            if (failure != null) {
                failed(batch, Failures.unwrap(failure), effects);
            } else if (answer == null || answer.size() != 2) {
                failed(batch, new IllegalStateException("an answer that does not fit"), effects);
            } else if ("missing".equals(Commands.text(answer.get(0)))) {
                pause(Duration.ZERO);
            } else {
                confirmed(batch, String.valueOf(Commands.text(answer.get(1))), effects);
                forget();
                if (!waiting.isEmpty()) {
                    // Not here: a write on the event loop overtakes those that other threads have queued there.
                    target.schedule(Duration.ZERO, this::sendWaiting);
                }
            }
            drained(effects);
        }
        effects.forEach(Runnable::run);
    }

    private synchronized void sendWaiting() {
        send();
    }

    private void confirmed(Batch batch, String results, List<Runnable> effects) {
        if (batch.answered) {
            return; // published again, because a new master lacked it
        }
        batch.answered = true;
        batch.answeredAt = clock.getAsLong();
        confirmedAt = batch.answeredAt;
        String[] positions = results.split(",", -1);
        for (int i = 0; i < batch.entries.size(); i++) {
            Batch.Entry entry = batch.entries.get(i);
            String result = positions.length == batch.entries.size() ? positions[i] : "";
            effects.add(() -> entry.complete(result));
        }
    }

    /** Handles a failed call. Guarded by this. */
    private void failed(Batch batch, Throwable failure, List<Runnable> effects) {
        if (Commands.isFull(failure)) {
            // The function was refused as a whole.
            remove(batch);
            fail(
                    batch,
                    new RedisFullException("the memory of Redis at " + options.addresses() + " is full", failure),
                    effects);
            pause(Duration.ZERO);
        } else if (Commands.isNotNow(failure) || Commands.isFunctionMissing(failure)) {
            effects.add(() -> target.doubt(failure));
            pause(PAUSE);
        } else if (Commands.isAnswer(failure)) {
            // The function has ended half-way: it is not repeated.
            remove(batch);
            fail(
                    batch,
                    new IllegalStateException(
                            "Redis at " + options.addresses() + ": "
                                    + Printable.of(String.valueOf(failure.getMessage())),
                            failure),
                    effects);
            effects.add(() -> onFailure.accept(failure));
            pause(Duration.ZERO);
        } else if (!suspended) {
            // The connection is lost. The batch is sent again when it is back.
            pause(LONG_PAUSE);
        }
    }

    private void remove(Batch batch) {
        if (kept.remove(batch)) {
            keptBytes -= batch.bytes;
            byMessage.remove(batch.entries.getFirst().number);
        }
    }

    private static void fail(Batch batch, Throwable failure, List<Runnable> effects) {
        batch.answered = true;
        for (Batch.Entry entry : batch.entries) {
            effects.add(() -> entry.outcome.completeExceptionally(failure));
        }
    }

    /** Pauses until the numbers of the server are known again. Guarded by this. */
    private void pause(Duration delay) {
        paused = true;
        int number = ++resumes;
        target.schedule(delay, () -> {
            synchronized (this) {
                if (number != resumes) {
                    return;
                }
            }
            resume();
        });
    }

    /**
     * The master is lost. Nothing is sent until {@link #resume}, to whichever master: it may lack confirmed batches, which must come first. They are
     * kept until then, however long that takes.
     */
    void suspend() {
        synchronized (this) {
            paused = true;
            resumes++;
            if (!suspended) {
                suspended = true;
                suspendedAt = clock.getAsLong();
            }
        }
    }

    /** The master is reachable again, or another one is. */
    void resume() {
        Commands commands = target.commands();
        int number;
        synchronized (this) {
            paused = true;
            number = ++resumes;
            if (closed || commands == null) {
                return;
            }
        }
        commands.async()
                .hget(keys.pipeline(pipeline), Commands.bytes("n"))
                .whenComplete((last, failure) -> resumed(number, commands, last, failure));
    }

    private void resumed(int number, Commands commands, byte @Nullable [] last, @Nullable Throwable failure) {
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            if (number != resumes || closed) {
                return;
            }
            if (failure != null) {
                Throwable cause = Failures.unwrap(failure);
                boolean answer = Commands.isAnswer(cause);
                if (answer) {
                    effects.add(() -> target.doubt(cause));
                }
                pause(answer ? PAUSE : LONG_PAUSE);
            } else {
                String text = Commands.text(last);
                resend(commands, text == null ? 0 : Long.parseLong(text), effects);
            }
        }
        effects.forEach(Runnable::run);
    }

    /** Sends again what the server lacks, or has not answered. Guarded by this. */
    private void resend(Commands commands, long last, List<Runnable> effects) {
        forget();
        suspended = false;
        long first = kept.isEmpty() ? nextBatch : kept.element().number;
        long forgotten = first - 1 - Math.max(last, reported);
        if (forgotten > 0 && confirmedAt - clock.getAsLong() + RedisOptions.PIPELINE_RETENTION.toNanos() > 0) {
            reported = first - 1;
            effects.add(() -> onFailure.accept(new IllegalStateException("Redis at " + options.addresses()
                    + " has lost confirmed publications: " + forgotten + " batches of this node")));
        }
        base = nextBatch;
        for (Batch batch : kept.reversed()) {
            if (batch.number > last) {
                base = batch.number;
            }
        }
        inFlight = 0;
        paused = false;
        for (Batch batch : List.copyOf(kept)) {
            if (batch.number > last || !batch.answered) {
                transmit(batch, commands);
            } else {
                batch.attempt++;
            }
        }
        send();
    }

    /** Forgets batches whose confirmation was old enough when the master was lost, or is now. Guarded by this. */
    private void forget() {
        long oldest = (suspended ? suspendedAt : clock.getAsLong())
                - options.confirmFor().toNanos();
        while (!kept.isEmpty()
                && kept.element().answered
                && (kept.element().answeredAt - oldest < 0 || keptBytes > RedisOptions.MAX_KEPT_BYTES)) {
            remove(kept.element());
        }
    }

    /** Fails publications whose time is over. Called now and then. */
    void expire() {
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            long now = clock.getAsLong();
            long oldest = now - options.publishTimeout().toNanos();
            for (Iterator<Batch.Entry> each = waiting.iterator(); each.hasNext(); ) {
                Batch.Entry entry = each.next();
                if (entry.since - oldest >= 0) {
                    break;
                }
                each.remove();
                waitingBytes -= entry.body.length + OVERHEAD;
                effects.add(() -> entry.outcome.completeExceptionally(new DeadlineExceededException(
                        "not sent to Redis at " + options.addresses() + " within " + options.publishTimeout(), true)));
            }
            for (Batch batch : List.copyOf(kept)) {
                Batch.Entry entry = batch.entries.getFirst();
                if (batch.answered || entry.since - oldest >= 0) {
                    continue;
                }
                HeliographException unknown = new DeadlineExceededException(
                        "no answer of Redis at " + options.addresses() + " within " + options.publishTimeout(), false);
                batch.entries.forEach(each -> effects.add(() -> each.outcome.completeExceptionally(unknown)));
                if (paused && now - entry.since > RedisOptions.GIVE_UP_AFTER.toNanos()) {
                    remove(batch);
                }
            }
            forget();
            drained(effects);
        }
        effects.forEach(Runnable::run);
    }

    /** Returns the local publisher of a message, if this queue has sent it and still has it. */
    @Nullable
    String publisher(PublicationId origin) {
        if (!origin.publisher().equals(pipeline)) {
            return null;
        }
        Map.Entry<Long, Batch> batch = byMessage.floorEntry(origin.sequence());
        return batch == null ? null : batch.getValue().publisher(origin.sequence());
    }

    /** Completes when all publications are answered. */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            drains.add(drained);
            drained(effects);
        }
        effects.forEach(Runnable::run);
        return drained;
    }

    private void drained(List<Runnable> effects) {
        if (waiting.isEmpty() && kept.stream().allMatch(batch -> batch.answered)) {
            drains.forEach(each -> effects.add(() -> each.complete(null)));
            drains.clear();
        }
    }

    void close() {
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            closed = true;
            waiting.forEach(entry -> effects.add(() -> entry.outcome.completeExceptionally(closedFailure(true))));
            kept.stream()
                    .filter(batch -> !batch.answered)
                    .forEach(batch -> batch.entries.forEach(
                            entry -> effects.add(() -> entry.outcome.completeExceptionally(closedFailure(false)))));
            waiting.clear();
            kept.clear();
            byMessage.clear();
            drained(effects);
        }
        effects.forEach(Runnable::run);
    }

    private static ClosedException closedFailure(boolean unsent) {
        return new ClosedException("the engine is closed", new CloseReason.Local(), unsent);
    }
}
