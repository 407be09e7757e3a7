package io.heliograph.exchange.redis;

import io.heliograph.Subscription;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.control.Node;
import io.heliograph.exchange.control.NodeChange;
import io.heliograph.internal.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Control on Redis: a log of commands that each node reads from a cursor on, and revocations that are kept until their end.
 *
 * <p>A notification by pub/sub only saves the time until the next beat; a lost one loses nothing. Thread-safe.
 */
final class RedisControl implements Control {

    private static final int PAGE = 1_000;

    /** Limits the time of reading the revocations, on which the start of a server waits. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    private final ControlLink link;
    private final ControlKeys keys;
    private final Duration timeout;
    private final Membership membership;
    private final CommandSender sender;
    private final CommandReceiver receiver;

    /**
     * @param timeout limits the time of each command, and of reading the revocations if it is less than {@link #READ_TIMEOUT}
     */
    RedisControl(ControlLink link, ControlKeys keys, Membership.Settings settings, Duration timeout) {
        this.link = link;
        this.keys = keys;
        this.timeout = timeout.compareTo(READ_TIMEOUT) < 0 ? timeout : READ_TIMEOUT;
        this.membership = new Membership(link, keys, settings, this::onBeat);
        this.sender = new CommandSender(link, keys, membership.sender(), timeout, membership::alive, membership::beat);
        this.receiver = new CommandReceiver(link, keys, membership::id, this::read);
    }

    /** Starts to beat and to read commands. Called once. */
    void start() {
        membership.onChange(change -> sender.completeReplied());
        link.listen(keys.notifications(), this::notified, membership::beat);
    }

    private void onBeat(Membership.LogState log) {
        receiver.onBeat(log);
        sender.onBeat(log);
    }

    private void notified(String message) {
        if (message.equals("c")) {
            receiver.read();
        } else if (message.equals("n")) {
            membership.beat();
        } else if (message.equals("r " + membership.sender())) {
            sender.readReplies();
        }
    }

    Membership membership() {
        return membership;
    }

    /** Returns how often commands may have been lost. */
    long gaps() {
        return receiver.gaps();
    }

    @Override
    public Node self() {
        return membership.self();
    }

    @Override
    public List<Node> nodes() {
        return membership.nodes();
    }

    @Override
    public Subscription onChange(Consumer<? super NodeChange> listener) {
        return membership.onChange(listener);
    }

    @Override
    public Subscription onCommand(Consumer<? super Command> listener) {
        return receiver.onCommand(listener);
    }

    @Override
    public CompletableFuture<Integer> send(Command command) {
        String text;
        try {
            text = CommandText.format(command);
        } catch (IllegalArgumentException tooLong) {
            return CompletableFuture.failedFuture(tooLong);
        }
        String until = command instanceof Command.Revoke revoke
                ? String.valueOf(revoke.until().toEpochMilli())
                : "";
        return sender.send(text, until);
    }

    /** {@inheritDoc} Fails after 5 s if Redis is not available. */
    @Override
    public CompletableFuture<List<Command.Revoke>> revocations() {
        return receiver.ready()
                .thenCompose(ready -> read())
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        Failures.unwrap(failure) instanceof TimeoutException ? link.notConnected() : failure));
    }

    private CompletableFuture<List<Command.Revoke>> read() {
        return read(new ArrayList<>());
    }

    private CompletableFuture<List<Command.Revoke>> read(List<Command.Revoke> known) {
        return link.call(
                        "revocations",
                        List.of(keys.revocations()),
                        List.of(String.valueOf(known.size()), String.valueOf(PAGE)))
                .thenCompose(reply -> {
                    List<?> page = (List<?>) Objects.requireNonNull(reply);
                    for (Object text : page) {
                        if (CommandText.parse(String.valueOf(text)) instanceof Command.Revoke revoke) {
                            known.add(revoke);
                        }
                    }
                    return page.size() < PAGE ? CompletableFuture.completedFuture(known) : read(known);
                });
    }

    /** Leaves. The members of this node must have left before. */
    CompletableFuture<Void> close() {
        receiver.close();
        sender.close();
        return membership.close();
    }
}
