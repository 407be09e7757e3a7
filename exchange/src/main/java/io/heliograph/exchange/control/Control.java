package io.heliograph.exchange.control;

import io.heliograph.Subscription;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Nodes that share an engine, and commands to them. Commands are executed in one order, and none is lost silently.
 *
 * <p>Thread-safe. No method blocks. Listeners run on virtual threads, one call at a time.
 */
public interface Control {

    /** Maximum number of revocations that are kept. */
    int MAX_REVOCATIONS = 100_000;

    /** Returns this node. */
    Node self();

    /** Returns all nodes that are alive, including this one. */
    List<Node> nodes();

    /** Calls {@code listener} with each change of the nodes. */
    Subscription onChange(Consumer<? super NodeChange> listener);

    /**
     * Calls {@code listener} with each command, including the own ones. A node has executed a command when all its listeners have returned. An
     * exception of a listener is logged.
     */
    Subscription onCommand(Consumer<? super Command> listener);

    /**
     * Sends a command to all nodes.
     *
     * @return the number of nodes that executed it; fails with an {@link IllegalStateException} if {@value #MAX_REVOCATIONS} revocations are kept
     */
    CompletableFuture<Integer> send(Command command);

    /**
     * Returns the revocations whose end has not passed. A node reads them at its start and after a gap, so that it rejects the tokens also if it
     * missed the command.
     */
    CompletableFuture<List<Command.Revoke>> revocations();
}
