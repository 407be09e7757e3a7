package io.heliograph.exchange.redis;

import io.heliograph.internal.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Current link to the master of a partition, and questions to this master. Thread-safe. */
final class PartitionLink {

    private static final Executor AFTER_PAUSE = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);

    private final Masters masters;
    private final Duration timeout;
    private final Set<Pending<?>> pending = ConcurrentHashMap.newKeySet();

    private volatile @Nullable RedisLink link;

    /** Question without an answer. Compared by identity. */
    private record Pending<T extends @Nullable Object>(CompletableFuture<T> answer) {

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A question to the master. */
    interface Question<T extends @Nullable Object> {

        CompletionStage<T> ask(Commands commands);
    }

    /** @param timeout limits the time of a question */
    PartitionLink(Masters masters, Duration timeout) {
        this.masters = masters;
        this.timeout = timeout;
    }

    void attach(RedisLink opened) {
        link = opened;
    }

    /**
     * Detaches the link and fails the questions: the client library does not complete all of a lost connection.
     *
     * @return whether the link was the current one
     */
    boolean detach(RedisLink lost) {
        if (!lost.equals(link)) {
            return false;
        }
        link = null;
        pending.forEach(each -> each.answer.completeExceptionally(masters.notConnected()));
        return true;
    }

    @Nullable
    RedisLink current() {
        return link;
    }

    /** Whether a link is the current one, and open. */
    boolean isCurrent(RedisLink other) {
        return other.equals(link) && other.isOpen();
    }

    /** The commands of the master; null while it is not reachable. */
    @Nullable
    Commands commands() {
        RedisLink current = link;
        return current == null ? null : current.commands();
    }

    void doubt(Throwable failure) {
        RedisLink current = link;
        if (current != null) {
            masters.doubt(current, failure);
        }
    }

    /**
     * Subscribes to a pub/sub channel on a link, again after a pause if the server refuses. Does not complete if the link is lost: the caller
     * subscribes on the next one.
     */
    CompletableFuture<Void> subscribe(RedisLink on, byte[] topic) {
        return on.subscribe(List.of(topic)).exceptionallyCompose(failure -> {
            if (!isCurrent(on)) {
                return new CompletableFuture<>();
            }
            doubt(Failures.unwrap(failure));
            return CompletableFuture.supplyAsync(() -> subscribe(on, topic), AFTER_PAUSE)
                    .thenCompose(subscribed -> subscribed);
        });
    }

    /** Asks the master, once more if the functions were missing. Questions are asked in the order of the calls. */
    <T extends @Nullable Object> CompletableFuture<T> ask(Question<T> question) {
        return ask(question, true);
    }

    private <T extends @Nullable Object> CompletableFuture<T> ask(Question<T> question, boolean again) {
        Pending<T> asked = new Pending<>(new CompletableFuture<>());
        // Before the connection is read, so that its loss completes the question.
        pending.add(asked);
        Commands commands = commands();
        if (commands == null) {
            asked.answer.completeExceptionally(masters.notConnected());
        } else {
            question.ask(commands).whenComplete((value, failure) -> {
                if (failure == null) {
                    asked.answer.complete(value);
                } else {
                    asked.answer.completeExceptionally(Failures.unwrap(failure));
                }
            });
        }
        return asked.answer
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> pending.remove(asked))
                .handle((value, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(value);
                    }
                    Throwable cause = Failures.unwrap(failure);
                    if (again && commands != null && Commands.isFunctionMissing(cause)) {
                        return RedisLink.load(commands).thenCompose(loaded -> ask(question, false));
                    }
                    doubt(cause);
                    return CompletableFuture.<T>failedFuture(cause);
                })
                .thenCompose(answer -> answer);
    }
}
