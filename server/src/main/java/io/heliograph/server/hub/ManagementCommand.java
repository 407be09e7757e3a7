package io.heliograph.server.hub;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Command of an operator. */
@FunctionalInterface
public interface ManagementCommand {

    /**
     * Runs the command. Must not block.
     *
     * @param arguments members of the JSON object of the request
     * @return a value that the codec can encode; fails with an error for the operator
     * @throws IllegalArgumentException if an argument is invalid
     */
    CompletableFuture<?> run(Map<String, Object> arguments);
}
